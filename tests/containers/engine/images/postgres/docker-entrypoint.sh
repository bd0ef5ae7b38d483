#!/bin/bash
# POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_PASSWORD_FILE, POSTGRES_DB, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD
# and /docker-entrypoint-initdb.d as the official image has them.
set -eu
echo "stand-in for postgres:18 (server from a Python wheel)"

make_database() {
    local user=${POSTGRES_USER:-postgres} method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    local database=${POSTGRES_DB:-$user} password=${POSTGRES_PASSWORD:-}
    local -a options=()
    if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
        password=$(cat "$POSTGRES_PASSWORD_FILE")
    fi
    if [ -z "$password" ] && [ "$method" != trust ]; then
        echo "Error: Database is uninitialized and superuser password is not specified." >&2
        exit 1
    fi
    read -r -a options <<<"${POSTGRES_INITDB_ARGS:-}"
    initdb --username="$user" --pwfile=<(printf '%s\n' "${password:-none}") --auth-host="$method" "${options[@]}"
    echo "host all all all $method" >>"$PGDATA/pg_hba.conf"
    pg_ctl -D "$PGDATA" -o "-c listen_addresses= -c unix_socket_directories=/tmp" -w start
    if [ "$database" != postgres ]; then
        psql -v ON_ERROR_STOP=1 -h /tmp -U "$user" -d postgres -c "create database \"$database\""
    fi
    for file in /docker-entrypoint-initdb.d/*.sql; do
        [ -e "$file" ] || continue
        psql -v ON_ERROR_STOP=1 -h /tmp -U "$user" -d "$database" -f "$file"
    done
    pg_ctl -D "$PGDATA" -m fast -w stop
}

first=${1:-postgres}
case $first in
postgres) shift || true ;;
-*) first=postgres ;;
*) exec "$@" ;;
esac
[ -s "$PGDATA/PG_VERSION" ] || make_database
exec "$first" -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql,/tmp "$@"
