#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Streams from a real nginx and a real Apache through ringfetchsrc in gst-launch-1.0, over http and https,
# HTTP/1.1 and HTTP/2: files of all sizes, certificates that are to be trusted and others, certificates of
# the client, passwords, redirections, and a server that is killed and comes back.
#
# Usage: test-servers.sh        with GST_PLUGIN_PATH set to the folder of the plugin

set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/support/launch.sh
. "$here/support/launch.sh"
# shellcheck source=tests/support/nginx.sh
. "$here/support/nginx.sh"
# shellcheck source=tests/support/apache.sh
. "$here/support/apache.sh"
# shellcheck source=tests/support/certificates.sh
. "$here/support/certificates.sh"

work=$(mktemp -d)
trap 'stop_launch; stop_services; rm -rf "$work"' EXIT
www=$work/www
certificates=$work/certificates
authority=$certificates/ca.pem
mkdir "$www" "$certificates" "$work/nginx" "$work/apache"

head -c $((64 * 1024 * 1024 + 3)) /dev/urandom >"$www/large"
head -c 1 /dev/urandom >"$www/one"
: >"$www/empty"
seq 100000 >"$www/text.txt"
# Apache calls the ETag of a file weak that was changed in the last second.
touch -d '1 hour ago' "$www"/*

make_certificates "$certificates"
basic_password=Basic-0815
wrong_password=Wrong-1234
echo "reader:$(openssl passwd -apr1 "$basic_password")" >"$work/htpasswd"
setup_launch "$work" "$basic_password" "$wrong_password" "$apache_password" \
  "$(printf 'reader:%s' "$basic_password" | base64)" \
  "$(printf 'reader:%s' "$wrong_password" | base64)"

# nginx: https, https with the certificate of another host, and https for clients with a certificate.
read -r tls other_tls client_tls away < <(free_ports 4)
tls_lines="ssl_certificate $certificates/server.pem; ssl_certificate_key $certificates/server.key;"
start_nginx "$work/nginx" "$www" "
  server {
    listen 127.0.0.1:$tls ssl http2;
    $tls_lines
    root $www;
    location /plain/ { alias $www/; max_ranges 0; }
    location /basic/ { alias $www/; auth_basic files; auth_basic_user_file $work/htpasswd; }
    location /away/ { auth_basic files; auth_basic_user_file $work/htpasswd; try_files /none @away; }
    location @away { rewrite ^/away/(.*) http://127.0.0.1:$away/\$1 redirect; }
  }
  server {
    listen 127.0.0.1:$other_tls ssl http2;
    ssl_certificate $certificates/other.pem;
    ssl_certificate_key $certificates/other.key;
    root $www;
  }
  server {
    listen 127.0.0.1:$client_tls ssl http2;
    $tls_lines
    ssl_client_certificate $authority;
    ssl_verify_client on;
    root $www;
  }
  server {
    listen 127.0.0.1:$away;
    root $www;
    location /basic/ { alias $www/; auth_basic files; auth_basic_user_file $work/htpasswd; }
    location /301/ { rewrite ^/301/(.*) /\$1; return 301 https://127.0.0.1:$tls\$uri; }
    location /302/ { rewrite ^/302/(.*) /\$1; return 302 https://127.0.0.1:$tls\$uri; }
    location /307/ { rewrite ^/307/(.*) /\$1; return 307 https://127.0.0.1:$tls\$uri; }
    location /308/ { rewrite ^/308/(.*) /\$1; return 308 https://127.0.0.1:$tls\$uri; }
  }"
start_apache "$work/apache" "$www" "$certificates"

# answers FOLDER PORT PROTOCOL STATUS PATH: how many of these the server's log has.
answers() {
  grep -c "^$2 [0-9]* $3 $4 $5 " "$work/$1/access.log" || true
}

# Ranges of one file, by one protocol alone, and on several connections.
parallel() {
  local folder=$1 port=$2 protocol=$3
  local lines

  lines=$(grep "^$port .* /large " "$work/$folder/access.log")
  if grep -v "^$port [0-9]* $protocol 206 " <<<"$lines"; then
    wrong "another answer than 206 by $protocol"
  fi
  (($(cut -d ' ' -f 2 <<<"$lines" | sort -u | wc -l) >= 2))
}

# check_files FOLDER PORT PROTOCOL BASE PROPERTY...
check_files() {
  local folder=$1 port=$2 protocol=$3 base=$4 file
  shift 4

  : >"$work/$folder/access.log"
  arrives "$www/large" "$base/large" "$@"
  wait_until 5 parallel "$folder" "$port" "$protocol" ||
    wrong "not four connections by $protocol: $(cat "$work/$folder/access.log")"
  for file in one empty text.txt; do
    arrives "$www/$file" "$base/$file" "$@"
  done
  arrives "$www/large" "$base/plain/large" "$@"
  wait_until 5 logged "$folder" "$port" "$protocol" 200 /plain/large
  fails 'Not Found$' "$base/missing" "$@"
}

logged() {
  (($(answers "$@") > 0))
}

tls_base=https://127.0.0.1:$tls
apache_tls_base=https://127.0.0.1:$apache_tls_port
check_files nginx "$port" HTTP/1.1 "http://127.0.0.1:$port"
check_files nginx "$tls" HTTP/1.1 "$tls_base" ssl-ca-file="$authority"
check_files nginx "$tls" HTTP/2.0 "$tls_base" ssl-ca-file="$authority" http-version=2
check_files apache "$apache_port" HTTP/1.1 "http://127.0.0.1:$apache_port"
check_files apache "$apache_tls_port" HTTP/1.1 "$apache_tls_base" ssl-ca-file="$authority"
check_files apache "$apache_tls_port" HTTP/2.0 "$apache_tls_base" ssl-ca-file="$authority" http-version=2

# HTTP/2 is for https; http stays as it is.
: >"$work/nginx/access.log"
arrives "$www/large" "http://127.0.0.1:$port/large" http-version=2
wait_until 5 parallel nginx "$port" HTTP/1.1 || wrong "http was not HTTP/1.1"

# Certificates of servers.
for version in 1.1 2; do
  fails certificate "$tls_base/text.txt" http-version=$version
  arrives "$www/text.txt" "$tls_base/text.txt" http-version=$version ssl-strict=false
  arrives "$www/text.txt" "https://localhost:$tls/text.txt" http-version=$version \
    ssl-ca-file="$authority"
  fails certificate "https://127.0.0.1:$other_tls/text.txt" http-version=$version \
    ssl-ca-file="$authority"
  arrives "$www/text.txt" "https://127.0.0.1:$other_tls/text.txt" http-version=$version \
    ssl-strict=false
done
fails "$certificates/none.pem|certificate" "$tls_base/text.txt" ssl-ca-file="$certificates/none.pem"

# Certificates of the client. Without one nginx answers, and Apache says so when the handshake is over.
for base in "https://127.0.0.1:$client_tls" "https://127.0.0.1:$apache_client_port"; do
  fails 'Bad Request$|certificate' "$base/large" ssl-ca-file="$authority"
  arrives "$www/large" "$base/large" ssl-ca-file="$authority" \
    ssl-cert-file="$certificates/client.pem" ssl-key-file="$certificates/client.key"
  arrives "$www/large" "$base/large" ssl-ca-file="$authority" \
    ssl-cert-file="$certificates/client-both.pem"
done

# check_password LOCATION PASSWORD PROPERTY...
check_password() {
  local location=$1 password=$2
  shift 2

  arrives "$www/large" "$location" user-id=reader user-pw="$password" "$@"
  arrives "$www/large" "${location/:\/\//://reader:$password@}" "$@"
  fails 'Unauthorized$' "$location" user-id=reader user-pw="$wrong_password" "$@"
  grep -q 'http-status-code.*401' "$work/log" || wrong "no status in the error's details"
  fails 'Unauthorized$' "$location" "$@"
}

check_password "http://127.0.0.1:$away/basic/large" "$basic_password"
check_password "$tls_base/basic/large" "$basic_password" ssl-ca-file="$authority" http-version=2
check_password "http://127.0.0.1:$apache_port/digest/large" "$apache_password"
check_password "$apache_tls_base/digest/large" "$apache_password" ssl-ca-file="$authority" \
  http-version=2

# Redirections, each asked for once for all the ranges.
for status in 301 302 307 308; do
  arrives "$www/large" "http://127.0.0.1:$away/$status/large" ssl-ca-file="$authority"
  (($(answers nginx "$away" HTTP/1.1 "$status" /large) == 1)) ||
    wrong "not one answer $status: $(cat "$work/nginx/access.log")"
done
# Another server does not learn the password.
: >"$work/nginx/access.log"
arrives "$www/large" "$tls_base/away/large" ssl-ca-file="$authority" user-id=reader \
  user-pw="$basic_password"
wait_until 5 logged nginx "$away" HTTP/1.1 206 /large
if grep "^$away .*Basic" "$work/nginx/access.log"; then
  wrong "the password went to another server"
fi

# A server that is gone for two seconds in the middle of it: connecting fails at once.
launch_begins "http://127.0.0.1:$away/large" max-bandwidth=$((16 * 1024 * 1024))
stop_nginx KILL
sleep 2
kill -0 "$launched" 2>/dev/null || wrong "ended while the server was gone"
(($(stat -c %s "$work/out") < 64 * 1024 * 1024)) || wrong "all had come before the server was gone"
run_nginx "$work/nginx"
wait "$launched" || wrong "status $? of a stream from a server that came back"
cmp "$work/out" "$www/large"
echo "ok: killed and restarted"
