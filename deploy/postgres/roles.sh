#!/bin/sh
# At the first start of the database: an account and a database each for the desk and for Rasa.
# Neither reaches the other's: Rasa is the part that nobody mends any more.
set -eu
make() {
    psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set=name="$1" --set=password="$(cat "/run/secrets/$2")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
SQL
}
make nightdesk DESK_DATABASE_PASSWORD
make tracker TRACKER_DATABASE_PASSWORD
