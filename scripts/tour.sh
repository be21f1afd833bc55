#!/usr/bin/env bash
# The tour of the README against a scratch server: schema, plan, apply, change, plan, apply, roll back. Usage: tour.sh path/to/lpc
set -euo pipefail
lpc=$(realpath "$1")
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -t/ -k5 -n | tail -1)
folder=$(mktemp -d /tmp/lockplane-tour.XXXXXX)
server=""
cleanup() {
  [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap cleanup EXIT

as_server=()
if [ "$(id -u)" = 0 ]; then
  as_server=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  chown postgres "$folder"
fi
"${as_server[@]}" "$bin/initdb" -D "$folder/data" -U lockplane -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
"${as_server[@]}" "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off >"$folder/log" 2>&1 &
server=$!
export DATABASE_URL="postgresql://lockplane@/postgres?host=$folder"
for _ in $(seq 200); do
  [ -S "$folder/.s.PGSQL.5432" ] && "$lpc" status >/dev/null 2>&1 && break
  sleep 0.05
done

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
run() { say "lpc $*"; "$lpc" "$@"; }
work="$folder/work"; mkdir "$work"; cd "$work"

cat > schema.lp <<'LP'
schema shop {
    enum order_status { pending, paid, shipped }

    --- A person who can sign in.
    table users {
        id    bigint identity primary key
        email text not null unique
    }

    table orders {
        id      bigint identity primary key
        user_id bigint not null references users (id) on delete cascade
        status  order_status not null default 'pending'
        total   numeric(12,2) not null default 0
        check (total >= 0)
        index (user_id)
    }
}
LP
say "cat schema.lp"; cat schema.lp
run plan schema.lp -o plan.json
run apply plan.json --yes

sed -i 's/email text not null unique/email text not null unique\n        nickname text/; s/shipped }/shipped, cancelled }/' schema.lp
run plan schema.lp -o plan.json
run apply plan.json --yes
run rollback --yes --allow all
run history
printf '\nProved, applied and rolled back. The server of this tour is gone again.\n'
