#!/bin/sh
# The service's user and its folder.
set -eu
getent passwd scm >/dev/null || useradd --system --home-dir {{ home }} --shell /sbin/nologin scm
mkdir -p {{ home }}/work {{ program_home }}/var/log
chown -R scm:scm {{ home }} {{ program_home }}/var
chmod 0750 {{ home }}
