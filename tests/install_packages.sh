#!/bin/sh
# Installs the Debian packages that some tests use, where this user may; says what is missing otherwise.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
# Libraries that WeasyPrint loads for PDF reports.
for package in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; do
    library=$(echo "$package" | sed 's/-0$/.so.0/; s/subset0$/subset.so.0/')
    { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -qF "$library" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$missing"
    log=$(mktemp)
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; } >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 5 "$log"
    rm -f "$log"
fi
echo "Not installed:$missing. Tests that need them are skipped and say so."
exit 0
