#!/bin/sh
# The daemon: its command line, its settings, its life.
. "$top_srcdir/tests/lib/tap.sh"

# serve DIR [OPTION...]: starts a daemon; $url is where, $daemon its process.
serve()
{
	mkfifo ready
	weftd --config "$@" >ready 2>log &
	daemon=$!
	url=
	read -r word url <ready
	rm ready
	test "$word" = listening || fail "no daemon: $(cat log)"
	base=${url%/api}
}

# stop STATUS: ends it, and looks at its status.
stop()
{
	kill -TERM "$daemon" 2>/dev/null
	wait "$daemon" && status=0 || status=$?
	equal 'status of weftd' "$status" "$1"
}

# get PATH [OPTION...]: sets $answer, and $code to the status.
get()
{
	path=$1
	shift
	code=$(curl --silent --max-time 20 --output answer \
	    --write-out '%{http_code}' "$@" "$base$path")
	answer=$(cat answer)
}

make_source A
printf '{"host": "127.0.0.1", "port": 0}\n' >A/config.json

begin 'command line: what is wrong is told'
run 2 weftd
err_has usage
run 2 weftd --config A more
run 2 weftd --nonsense
run 0 weftd --help
out_has --check-config
run 0 weftd --version
out_has weftd
run 0 weftd --help-config
out_has limits.bulk timeouts.idle
run 0 weftd --manual
holds cmp "$out" "$top_srcdir/docs/man/weftd.8"
end

begin 'settings: a directory that is not there'
run 1 weftd --config nowhere
err_has nowhere
end

# refuses FILE TEXT WORDS...: this file is refused with these words.
refuses()
{
	cp "A/$1" kept 2>/dev/null || rm -f kept
	printf '%s' "$2" >"A/$1"
	file=$1
	shift 2
	run 78 weftd --config A --check-config
	err_has "$file" "$@"
	out_empty
	if test -e kept; then mv kept "A/$file"; else rm "A/$file"; fi
}

begin 'settings: what is wrong is named, with what was expected'
refuses config.json '{' 'line 1'
refuses config.json '{"port": "x"}' port 'a number from 0 to 65535'
for port in 65536 -1 3000.5 true '"65536"' '"-1"' '""' '"30 0"' '"0x10"' \
    '"${PORT}"'; do
	refuses config.json "{\"port\": $port}" config.json: \
	    'port: expected a number from 0 to 65535' "got $port"
done
refuses config.json '{"restApiRoot": "api"}' restApiRoot
refuses config.json '{"remoting": {"json": {"limit": "much"}}}' \
    remoting.json.limit 'a size from'
refuses weftd.json '{"thread": 1}' 'no setting thread'
refuses weftd.json '{"log": {"levels": 1}}' 'no setting log.levels'
refuses weftd.json '{"limits.bulk": "1mb"}' 'limits.bulk: a dot stands for'
refuses weftd.json '{"log": {"level": "loud"}}' log.level '"warning"'
refuses weftd.json '{"gzip": 1}' gzip 'true or false'
refuses weftd.json '{"cors": {"origins": [1]}}' cors.origins
for bulk in 1 '"0"' '"1"' '"1.5"' '"2000tb"' '"1 e9"' '".5mb"' '"1.mb"' \
    true '""' 1.5; do
	refuses weftd.json '{"limits": {"bulk": '"$bulk"'}}' limits.bulk \
	    'a size from 1kb to 1tb, like 65536 or "256mb"' "got $bulk"
done
refuses weftd.json '{"limits": {"connections": 0}}' limits.connections \
    'a number from 1 to 10000000' 'got 0'
refuses weftd.json '{"log": "x"}' 'log: expected an object, got "x"'
refuses weftd.json '{"tls": null}' 'tls: expected an object, got null'
refuses config.json '{"remoting": "x"}' 'remoting: expected an object'
refuses config.json '{"remoting": {"json": 5}}' 'remoting.json: expected an'
for host in 999.1.1.1 1.2.3 '' 'a b' a..b -.1 '::g' '1::%' 'a/b'; do
	refuses config.json "{\"host\": \"$host\"}" host \
	    'an address or the name of a host' "got \"$host\""
done
for root in '/a b' '/%zz' '/a?b' '/a#b' '/{id}' '/a//b' '/a/../b' \
    '/a/..' '/.'; do
	refuses config.json "{\"restApiRoot\": \"$root\"}" restApiRoot \
	    'a path like "/api"' "got \"$root\""
done
for origin in example.com/ 'foo bar' https://example.com/ https://a.b/c \
    https://Example.com https:// http://a:b http://a:65536 \
    http://1.2.3.999 ://a \
    'https://*.example.com'; do
	for key in cors replicate; do
		refuses weftd.json "{\"$key\": {\"origins\": [\"*\", \"$origin\"]}}" \
		    "$key.origins" 'an origin like "https://example.com"' \
		    "got \"$origin\""
	done
done
refuses weftd.json '{"proxies": ["10.0.0.0/99"]}' proxies \
    'an address or a network' 'got "10.0.0.0/99"'
refuses weftd.json '{"proxies": "10.0.0.1"}' proxies 'a list'
refuses weftd.json '{"cors": {"origins": ["*"], "credentials": true}}' cors \
    'list the origins'
refuses weftd.json '{"files": {"policy": "a\nb"}}' files.policy 'one line'
refuses weftd.json '{"tls": {"key": "x"}}' 'belong together'
refuses weftd.json '{"tls": {"key": "x", "certificate": "y"}}' A/y 'No such file'
refuses model-config.json '{"Note": {"dataSource": "none"}}' none
mkdir nothing
run 78 weftd --config nothing
err_has nothing/datasources.json 'weft init'
end

# As loopback-boot merges them; a check opens what a start does.
begin 'settings: of other files, and datasources that nobody needs'
mkdir L L/models
printf '{"name": "Todo"}' >L/models/todo.json
printf '{"Todo": {"dataSource": "db"}}' >L/model-config.json
printf '{"db": {"connector": "memory"}, "post": {"connector": "mail"}}' \
    >L/datasources.json
printf '{"port": 1, "restApiRoot": "/old"}' >L/config.json
printf '{"port": "0"}' >L/config.local.json
printf '{"restApiRoot": "/new"}' >L/config.staging.json
printf 'module.exports = {}' >L/config.staging.js
run 0 weftd --config L --check-config
mkfifo ready
NODE_ENV=staging weftd --config L >ready 2>L.log &
daemon=$!
read -r word url <ready
rm ready
equal root "${url##*/}" new
stop 0
holds grep -q 'config.staging.js: a script is not read' L.log
printf '{"db": {"connector": "memory", "file": "x"}}' >L/datasources.json
run 78 weftd --config L --check-config
err_has datasources.json file
end

begin 'settings: good ones are checked without a write'
run 0 weftd --config A --check-config
out_empty
cp A/config.json kept
for host in 127.0.0.1 ::1 fe80::1%eth0 localhost my_host.example 1and1.com; do
	printf '{"host": "%s"}' "$host" >A/config.json
	run 0 weftd --config A --check-config
done
for limit in '"1.5mb"' '"1.5 MB"' '"100000"' '"2048b"' '"1tb"' 1048576; do
	printf '{"remoting": {"json": {"limit": %s}}}' "$limit" >A/config.json
	run 0 weftd --config A --check-config
done
for port in 0 65535 '"0"' '"3000"' '"65535"' null; do
	printf '{"host": null, "port": %s}' "$port" >A/config.json
	run 0 weftd --config A --check-config
done
printf '\357\273\277{"port": 0}' >A/config.json
run 0 weftd --config A --check-config
printf '{"remoting": {"json": false}, "restApiRoot": "/"}' >A/config.json
run 0 weftd --config A --check-config
mv kept A/config.json
printf '{"cors": {"origins": ["https://a.example", "http://localhost:3000",
  "http://[::1]:80", "null", "capacitor://localhost", "*"]},
  "proxies": ["10.0.0.0/8", "::1"], "limits": {"bulk": "1 MB"}}' >A/weftd.json
run 0 weftd --config A --check-config
printf '{"log": {"level": "info", "format": "json"},
  "limits": {"bulk": "1 MB", "connections": 100}}' >A/weftd.json
run 0 weftd --config A --check-config
end

serve A
begin 'serving: records, health, metrics, description'
get /healthz
equal code "$code" 200
get /readyz
equal code "$code" 200
get /api/Notes --header 'content-type: application/json' \
    --data '{"id":"1","text":"one"}'
equal code "$code" 200
get /api/Notes/1
equal code "$code" 200
equal id "$(printf '%s' "$answer" | sed 's/.*"id":"\([^"]*\).*/\1/')" 1
get /metrics
equal code "$code" 200
holds grep -q '^weft_http_requests_total{status="2xx"} [4-9]' answer
holds grep -q '^weft_journal_position{datasource="db"} 1$' answer
get /openapi.json
equal code "$code" 200
holds grep -q '"/api/Notes/{id}"' answer
get /healthz --request POST
equal code "$code" 405
get /nothing
equal code "$code" 404
end

begin 'serving: commands write, and the daemon knows'
run 0 weft put A:Note '{"id":"2","text":"two"}'
get /api/Notes/2
equal code "$code" 200
run 0 weft rm A:Note 2
get /api/Notes/2
equal code "$code" 404
end

begin 'serving: a second daemon is told who serves the directory'
run 1 weftd --config A
err_has weftd
end

begin 'serving: readers go on'
run 0 weft get A:Note 1
run 0 weft status A
run 0 weftd --config A --check-config
end

begin 'log: each line is an object, requests have one, without their query'
get '/api/Notes?access_token=secret&filter=%7B%22limit%22%3A1%7D' \
    --header 'authorization: hidden'
equal code "$code" 200
get "/api/$(printf '%09000d' 0)"
equal code "$code" 404
get "/api/$(printf '%04000d' 0 | sed 's/0/%22/g')"
equal code "$code" 404
stop 0
holds test -s log
equal long "$(grep -c '"path":"/api/[0%].*"us":[0-9]*}$' log)" 2
holds grep -q '"module":"http".*"path":"/api/Notes"' log
! grep -q -e secret -e hidden log || fail 'the log has a token'
test "$(grep -c '^{.*}$' log)" -eq "$(wc -l <log)" || fail "$(cat log)"
end

begin 'ending: the store is up to date'
run 0 weft status A --json
equal stored "$(json '$.stored' "$out")" 1
end

mkdir -p A/site
printf '<p>one' >A/site/index.html
printf '{"files": {"folder": "site"}}' >A/weftd.json
serve A
begin 'files: a folder is served beside the API, and read again on SIGHUP'
get / --dump-header head
equal code "$code" 200
equal answer "$answer" '<p>one'
holds grep -qi "^content-security-policy: default-src 'self';" head
get /nothing.html
equal code "$code" 404
get /api/Notes/1
equal code "$code" 200
printf '<p>two' >A/site/index.html
kill -HUP "$daemon"
until grep -q reloaded log; do
	kill -0 "$daemon" || break
done
get /
equal answer "$answer" '<p>two'
stop 0
end

# upgrade: the head of the answer to a browser that offers compression.
upgrade()
{
	curl --silent --max-time 1 --dump-header head --output answer \
	    --header 'Connection: Upgrade' --header 'Upgrade: websocket' \
	    --header 'Sec-WebSocket-Version: 13' \
	    --header 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
	    --header 'Sec-WebSocket-Protocol: weft.repl.v1' \
	    --header 'Sec-WebSocket-Extensions: permessage-deflate' \
	    "$base/replicate" || :
	holds grep -q '101 Switching' head
}

begin 'replicate.deflate: messages are compressed if it is switched on'
printf '{}' >A/weftd.json
serve A
upgrade
holds test "$(grep -ci extensions head)" = 0
stop 0
printf '{"replicate": {"deflate": true}}' >A/weftd.json
serve A
upgrade
holds grep -qi '^sec-websocket-extensions: permessage-deflate' head
stop 0
end

begin 'files: a folder that is not there is named'
printf '{"files": {"folder": "nowhere"}}' >A/weftd.json
run 1 weftd --config A
err_has files.folder A/nowhere 'No such file'
end
rm A/weftd.json


# reload WORDS: asks for it, and waits for a line with these words.
reload()
{
	lines=$(wc -l <log)
	kill -HUP "$daemon"
	until tail -n "+$((lines + 1))" log | grep -q -e "$1"; do
		kill -0 "$daemon" || break
	done
}

begin 'reloading: settings, and the rules of models'
printf '{"log": {"level": "info"}}' >A/weftd.json
file=$(ls A/models/[Nn]ote.json)
cp "$file" note.json
serve A
get /api/Notes
equal code "$code" 200
printf '{"log": {"level": "warning"}, "proxies": ["127.0.0.1"],
  "metrics": "local", "threads": 3, "limits": {"bulk": 2000}}' >A/weftd.json
acls='"acls": [{"principalType": "ROLE", "principalId": "$everyone",'
acls="$acls"' "permission": "DENY", "accessType": "READ"}],'
sed "s/\"trackChanges\"/$acls&/" note.json >"$file"
reload 'threads: a change takes a restart'
until get /api/Notes; test "$code" = 401; do
	kill -0 "$daemon" || break
done
get /api/Notes
equal code "$code" 401
get /metrics
equal code "$code" 200
until get /metrics --header 'x-forwarded-for: 1.2.3.4'; test "$code" = 403; do
	kill -0 "$daemon" || break
done
equal code "$code" 403
head -c 3000 /dev/zero | tr '\0' ' ' >body
get /api/Notes/bulk-update --header 'content-type: application/json' \
    --data-binary @body
equal code "$code" 413
equal others "$(grep -c 'takes a restart' log)" 1
reload 'threads: a change takes a restart' # it still does
equal others "$(grep -c 'takes a restart' log)" 2
end

begin 'reloading: what is wrong changes nothing'
printf '{"proxies": ["nobody"]}' >A/weftd.json
cp note.json "$file"
reload 'nobody'
printf '{"log": {"level": 1}}' >A/weftd.json
reload log.level
printf '{}' >A/weftd.json
printf "{" >"$file"
reload ote.json
get /api/Notes
equal code "$code" 401
end

begin 'reloading: models that have changed take a restart'
sed 's/"text"/"words"/' note.json >"$file"
reload 'model Note: a change takes a restart'
until get /api/Notes; test "$code" = 200; do
	kill -0 "$daemon" || break
done
equal code "$code" 200
stop 0
cp note.json "$file"
end

# ask METHOD PATH BODY [OPTION...]: a request with JSON.
ask()
{
	method=$1 path=$2 body=$3
	shift 3
	get "$path" --request "$method" --data "$body" \
	    --header 'content-type: application/json' "$@"
}

mkdir -p U
cp A/config.json A/datasources.json U
cat >U/model-config.json <<'JSON'
{"User": {"dataSource": "db"}, "AccessToken": {"dataSource": "db"},
 "ACL": {"dataSource": "db"}, "Role": {"dataSource": "db"},
 "RoleMapping": {"dataSource": "db"}}
JSON
printf '{"log": {"level": "debug"}}' >U/weftd.json
serve U
begin 'log: no token and no password, however they are sent'
user='"username": "ann", "email": "ann@example.com"'
ask POST /api/Users "{$user, \"password\": \"secret-1\"}"
equal code "$code" 200
ask POST /api/Users/login '{"username": "ann", "password": "secret-2"}'
equal code "$code" 401
ask POST /api/Users/login '{"username": "ann", "password": "secret-1"}'
equal code "$code" 200
token=$(json '$.id' answer)
equal 'size of the token' "${#token}" 64
bearer=$(printf %s "$token" | base64 -w 0)
id=$(json '$.userId' answer)
for header in "authorization: $token" "authorization: Bearer $bearer" \
    "x-access-token: $token" "cookie: access_token=$token"; do
	get "/api/Users/$id" --header "$header"
done
get "/api/Users/$id?access_token=$token"
equal code "$code" 200
get "/api/Users/$id?access_token=$token&filter={" --globoff
equal code "$code" 400
for path in "" /exists; do
	get "/api/AccessTokens/$token$path"
	equal code "$code" 401
done
ask POST "/api/Users/change-password?access_token=$token" \
    '{"oldPassword": "secret-1", "newPassword": "secret-3"}'
equal code "$code" 204
ask POST /api/Users/login '{"username": "ann", "password": "secret-3'
equal code "$code" 400
ask POST "/api/Users/logout?access_token=$token" ''
ask PATCH "/api/Users/$id" '{"password": "secret-4"}' \
    --header "authorization: $token"
stop 0
test "$(grep -c 'module=http' log)" -ge 14 || fail "$(cat log)"
holds grep -q 'path=/api/AccessTokens ' log
! grep -e secret- -e "$bearer" -e "$token" log || fail "$(cat log)"
end

begin 'starting: systemd is told'
mkdir -p run
socat -u unix-recv:run/notify stdout >told &
listener=$!
until test -S run/notify; do
	kill -0 "$listener" || break
done
NOTIFY_SOCKET=$scratch/run/notify
export NOTIFY_SOCKET
serve A
unset NOTIFY_SOCKET
kill -HUP "$daemon"
until grep -q RELOADING told; do
	kill -0 "$listener" || break
done
stop 0
until grep -q STOPPING told; do
	kill -0 "$listener" || break
done
kill "$listener"
equal told "$(cat told)" READY=1RELOADING=1READY=1STOPPING=1
end

finish
