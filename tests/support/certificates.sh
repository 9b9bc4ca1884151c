# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Certificates for the scripts that source this file.
#
# make_certificates FOLDER: makes an authority (ca.pem) and, signed by it, a certificate NAME.pem with
# its key NAME.key for each of
#   server   127.0.0.1 and localhost
#   other    another host
#   client   a client; client-both.pem has the key in the same file

make_certificates() {
  local folder=$1 new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

  openssl req -x509 "${new_key[@]}" -days 2 -subj '/CN=RingFetch test authority' \
    -keyout "$folder/ca.key" -out "$folder/ca.pem" 2>"$folder/openssl.log"
  make_certificate server 'subjectAltName=IP:127.0.0.1,DNS:localhost'
  make_certificate other 'subjectAltName=DNS:other.example'
  make_certificate client 'extendedKeyUsage=clientAuth'
  cat "$folder/client.pem" "$folder/client.key" >"$folder/client-both.pem"
}

# Called by make_certificates(), whose variables it uses.
make_certificate() {
  local name=$1 extension=$2

  openssl req -new "${new_key[@]}" -subj "/CN=RingFetch test $name" \
    -keyout "$folder/$name.key" -out "$folder/$name.csr" 2>>"$folder/openssl.log"
  openssl x509 -req -in "$folder/$name.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" \
    -CAcreateserial -days 2 -extfile <(echo "$extension") \
    -out "$folder/$name.pem" 2>>"$folder/openssl.log"
}
