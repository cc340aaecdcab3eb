# shellcheck shell=bash
# A real time-stamping authority of our own (openssl ts behind HTTP). Uses TSA, a folder, and CPF_BUILD.

tsa_certificate() { # tsa_certificate NAME: below the root, for time stamping
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TSA/$1.key" -out "$TSA/$1.csr" \
        -subj "/CN=$1" 2>/dev/null
    openssl x509 -req -in "$TSA/$1.csr" -CA "$TSA/root.pem" -CAkey "$TSA/root.key" -CAcreateserial -days 3650 \
        -extfile "$TSA/ext.cnf" -out "$TSA/$1.pem" 2>/dev/null
    cat >>"$TSA/tsa.cnf" <<CONF
[$1]
serial = $TSA/serial
crypto_device = builtin
signer_cert = $TSA/$1.pem
signer_key = $TSA/$1.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
CONF
}

tsa_up() {
    rm -rf "$TSA"
    mkdir -p "$TSA"
    printf '%s\n' 'basicConstraints=critical,CA:FALSE' 'keyUsage=critical,digitalSignature' \
        'extendedKeyUsage=critical,timeStamping' >"$TSA/ext.cnf"
    printf '01\n' >"$TSA/serial"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TSA/root.key" \
        -out "$TSA/root.pem" -days 3650 -subj '/CN=Test root' 2>/dev/null
    tsa_certificate tsa
    tsa_certificate other
    tsa_certificate stray
    "$CPF_BUILD/tests/flow/anchor_tsa" "$TSA" </dev/null >"$TSA/log" 2>&1 &
    pid_write "$TSA/pid" $!
    wait_for 10 test -s "$TSA/port"
}
