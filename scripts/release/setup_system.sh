#!/bin/sh
# Installs the programs outside Python that some tests and features use, where that can be done:
# tesseract-ocr reads scanned pages, chromium drives the console in its tests, pgbouncer stands
# before PostgreSQL in some.
# Nothing to do is no error, and neither is having no way to do it: it says what is missing.
set -u

missing=""
command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
  command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
[ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1
  for package in $missing; do
    if apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1; then
      echo "Installed $package."
    else
      echo "Could not install $package; tests that need it are skipped."
    fi
  done
else
  echo "Not installed:$missing. Tests that need them are skipped; install them with your"
  echo "system's package manager, e.g. sudo apt-get install$missing"
fi
exit 0
