# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An Apache for the scripts that source this file.
#
# start_apache WORK WWW CERTIFICATES: serves the folder WWW on free ports of 127.0.0.1:
#   apache_port         http
#   apache_tls_port     https, HTTP/1.1 and HTTP/2
#   apache_client_port  the same for clients with a certificate
# Everything that it writes goes to the folder WORK. CERTIFICATES is a folder of make_certificates().
# Below /plain/ the same files are served without ranges, and below /digest/ to user "reader" with
# password "$apache_password" only.
#
# WORK/access.log has a line for each answer: port of the server, port of the client, protocol, status,
# path, and what the request said for Authorization.

# shellcheck source=tests/support/service.sh
. "$(dirname "${BASH_SOURCE[0]}")/service.sh"

apache_port=
apache_tls_port=
apache_client_port=
apache_password=Digest-4711

start_apache() {
  local work=$1 www=$2 certificates=$3 user='' module modules=''

  # Apache refuses to serve as root: as nobody it must be let into the folders.
  if ((EUID == 0)); then
    user=$'User #65534\nGroup #65534'
    chmod a+x "$work" "$(dirname "$www")"
    chmod -R a+rX "$www"
  fi
  for module in mpm_event authn_core authn_file authz_core authz_user auth_digest alias \
    filter deflate ssl http2; do
    modules+="LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"$'\n'
  done
  echo "reader:files:$(printf 'reader:files:%s' "$apache_password" | md5sum | cut -d ' ' -f 1)" \
    >"$work/htdigest"
  read -r apache_port apache_tls_port apache_client_port < <(free_ports 3)

  cat >"$work/apache.conf" <<EOT
$modules
$user
ServerRoot "$work"
DefaultRuntimeDir "$work"
ServerName localhost
PidFile "$work/apache.pid"
ErrorLog "$work/error.log"
LogFormat "%{local}p %{remote}p %H %>s %U \"%{Authorization}i\"" answers
CustomLog "$work/access.log" answers
StartServers 1
MaxKeepAliveRequests 0

Listen 127.0.0.1:$apache_port
Listen 127.0.0.1:$apache_tls_port
Listen 127.0.0.1:$apache_client_port
Protocols h2 http/1.1
SSLCertificateFile "$certificates/server.pem"
SSLCertificateKeyFile "$certificates/server.key"
SSLCACertificateFile "$certificates/ca.pem"
<VirtualHost 127.0.0.1:$apache_tls_port>
  SSLEngine on
</VirtualHost>
<VirtualHost 127.0.0.1:$apache_client_port>
  SSLEngine on
  SSLVerifyClient require
</VirtualHost>

DocumentRoot "$www"
<Directory "$www">
  Require all granted
</Directory>
SetOutputFilter DEFLATE
Alias /plain/ "$www/"
<Location /plain/>
  MaxRanges none
</Location>
Alias /digest/ "$www/"
<Location /digest/>
  AuthType Digest
  AuthName files
  AuthUserFile "$work/htdigest"
  Require user reader
</Location>
EOT
  start_service apache "$work/error.log" "http://127.0.0.1:$apache_port/" \
    apache2 -D FOREGROUND -f "$work/apache.conf"
}
