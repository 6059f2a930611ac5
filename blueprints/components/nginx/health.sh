#!/bin/sh
# The page that this server writes of itself.
if curl -fsS -m 10 -o /dev/null http://127.0.0.1:{{ port }}/; then
    echo "check web ok 0 nginx answers"
else
    echo "check web failed 0 nginx does not answer on port {{ port }}"
    exit 1
fi
