#!/bin/sh
# Ours is read last.
set -eu
chmod 0755 /etc/gureum
grep -q '^include /etc/gureum/redis.conf' {{ main }} || echo 'include /etc/gureum/redis.conf' >>{{ main }}
