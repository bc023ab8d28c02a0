#!/bin/sh
# The daemon's certificate: read again on SIGHUP, while it serves.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

# Whatever the certificate: these tests are about which one it is.
echo insecure >.curlrc
CURL_HOME=$scratch
export CURL_HOME

# certify NAME: makes NAME.pem and NAME.key.
certify()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 1 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>made ||
	    fail "$(cat made)"
}

# install NAME: the daemon's files are these.
install()
{
	cp "$1.pem" A/server.pem
	cp "$1.key" A/server.key
}

# shown: the name in the certificate that a new connection gets.
shown()
{
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null |
	    openssl x509 -noout -subject | sed 's/.*= *//'
}

# reload WORDS: asks for it, and waits for a new line that begins with these.
reload()
{
	lines=$(wc -l <A.log)
	kill -HUP "$daemon"
	comes told "$1"
}

told()
{
	tail -n "+$((lines + 1))" A.log | grep -F -e "message=\"$1" -e "message=$1"
}

heard()
{
	test "$(grep -c '^HTTP/1.1 200' answers)" -eq "$1"
}

certify one
certify two
make_source A
printf '{"tls": {"certificate": "server.pem", "key": "server.key"}}' \
    >A/weftd.json
install one
serve A
mkfifo requests
openssl s_client -quiet -connect "127.0.0.1:$port" <requests \
    >answers 2>/dev/null &
client=$!
exec 3>requests

begin 'certificate: the one that is configured'
equal certificate "$(shown)" one
printf 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n' >&3
comes heard 1
end

begin 'certificate: read again on SIGHUP, for new connections'
install two
equal certificate "$(shown)" one
reload reloaded
equal certificate "$(shown)" two
end

begin 'certificate: what is wrong is told, and the old one stays'
head -c 200 one.pem >A/server.pem
reload 'reload: TLS: A/server.pem: '
equal certificate "$(shown)" two
cp one.pem A/server.pem
reload 'reload: TLS: A/server.key: key values mismatch'
equal certificate "$(shown)" two
printf 'no key' >A/server.key
reload 'reload: TLS: A/server.key: '
equal certificate "$(shown)" two
rm A/server.key
reload 'reload: TLS: A/server.key: No such file or directory'
equal certificate "$(shown)" two
end

begin 'certificate: the next good one is taken'
install one
reload reloaded
equal certificate "$(shown)" one
end

begin 'certificate: a good one is not taken beside something bad'
file=$(ls A/models/[Nn]ote.json)
cp "$file" kept
install two
printf '{"name": "Note", "acls": [{"permission": "NOTHING"}]}' >"$file"
reload 'reload: '
equal certificate "$(shown)" one
cp kept "$file"
cp A/weftd.json kept
sed 's/{/{"log": 1, /' kept >A/weftd.json
reload 'reload: A: weftd.json: log: '
equal certificate "$(shown)" one
cp kept A/weftd.json
reload reloaded
equal certificate "$(shown)" two
end

begin 'certificate: connections that are open go on'
printf 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' >&3
comes heard 2
exec 3>&-
wait "$client"
end

stop "$daemon"
finish
