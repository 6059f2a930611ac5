#!/bin/sh
# Ours is read last.
set -eu
grep -q '^include /etc/gureum/redis.conf' {{ main }} || echo 'include /etc/gureum/redis.conf' >>{{ main }}
