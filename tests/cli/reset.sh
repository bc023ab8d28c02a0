#!/bin/sh
# Resetting a password by the program of users.resetCommand.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

# post PATH BODY [OPTION...]: sets $answer, and $code to the status.
post()
{
	path=$1 body=$2
	shift 2
	code=$(curl --silent --max-time 20 --output answer \
	    --write-out '%{http_code}' --data "$body" \
	    --header 'content-type: application/json' "$@" "$url$path")
	answer=$(cat answer)
}

make_source A
cat >A/model-config.json <<'JSON'
{"User": {"dataSource": "db"}, "AccessToken": {"dataSource": "db"}}
JSON

begin 'reset: without a program it is said that it cannot be'
serve A
post /Users/reset '{"email": "ann@example.com"}'
equal code "$code" 501
holds grep -q 'This server has no way to send a token' answer
stop "$daemon"
end

# refuses PROGRAM WHY: neither a check nor a start takes it.
refuses()
{
	printf '{"users": {"resetCommand": ["%s", "-f"]}}' "$1" >A/weftd.json
	for check in --check-config ''; do
		run 78 weftd --config A $check
		err_has "weftd.json: users.resetCommand: $1: $2"
	done
}

begin 'reset: a program that cannot be started is named, and not tried'
echo >text
refuses "$PWD/nothing" 'No such file'
refuses "$PWD/text" 'Permission denied'
refuses "$PWD/A" 'Permission denied'
refuses text 'No such file'
refuses ./text/more 'Not a directory'
refuses '' 'No such file'
before=$PATH
PATH=$PATH:$PWD
refuses text 'Permission denied'
PATH=$before
for program in cat /bin/cat; do
	printf '{"users": {"resetCommand": ["%s"]}}' "$program" >A/weftd.json
	run 0 weftd --config A --check-config
done
end

cat >mail <<'SH'
#!/bin/sh
IFS= read -r line
printf '%s\n%s\n' "$1" "$line" >mail.part
mv mail.part mailed
SH
chmod +x mail
printf '{"users": {"resetCommand": ["%s/mail", "a b; $(c)"]}}\n' "$PWD" \
    >A/weftd.json
serve A
begin 'reset: the program gets the address and a token that is good'
user='"username": "ann", "email": "ann@example.com"'
post /Users "{$user, \"password\": \"one\"}"
equal code "$code" 200
post /Users/reset '{"email": "nobody@example.com"}'
equal code "$code" 204
post /Users/reset '{"email": "ann@example.com"}'
equal code "$code" 204
comes test -f mailed
equal argument "$(sed -n 1p mailed)" 'a b; $(c)'
sed -n 2p mailed >line
equal model "$(json '$.model' line)" User
equal email "$(json '$.email' line)" ann@example.com
token=$(json '$.token' line)
post "/Users/reset-password?access_token=$token" '{"newPassword": "two"}'
equal code "$code" 204
post /Users/login '{"username": "ann", "password": "two"}'
equal code "$code" 200
post "/Users/reset-password?access_token=$token" '{"newPassword": "three"}'
equal code "$code" 401
end

begin 'reset: who asks again and again has to wait'
for i in 1 2 3 4 5 6; do
	post /Users/reset '{"email": "ann@example.com"}'
done
equal code "$code" 429
stop "$daemon"
end

cat >mail <<'SH'
#!/bin/sh
echo $$ >started.part
mv started.part started
sleep 1000
SH
begin 'reset: nobody waits for a program that hangs, and it ends with weftd'
serve A
post /Users/reset '{"email": "ann@example.com"}'
equal code "$code" 204
comes test -f started
process=$(cat started)
holds kill -0 "$process"
stop "$daemon"
! kill -0 "$process" 2>/dev/null || fail "$process lives"
end

finish
