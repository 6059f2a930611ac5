#!/bin/sh
# The service's user and its folder.
set -eu
getent passwd jenkins >/dev/null || useradd --system --home-dir {{ home }} --shell /sbin/nologin jenkins
mkdir -p {{ home }}
chown -R jenkins:jenkins {{ home }}
chmod 0750 {{ home }}
