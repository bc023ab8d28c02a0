#!/bin/sh
# weft user.
. "$top_srcdir/tests/lib/tap.sh"
. "$top_srcdir/tests/lib/daemon.sh"

mkdir -p A/models
echo '{"db":{"connector":"sqlite3","file":"db.sqlite"}}' >A/datasources.json
cat >A/model-config.json <<'X'
{"User":{"dataSource":"db"},"AccessToken":{"dataSource":"db"},
"Role":{"dataSource":"db"},"RoleMapping":{"dataSource":"db"},
"ACL":{"dataSource":"db"}}
X

# with_password STATUS PASSWORD COMMAND...
with_password()
{
	expected=$1
	echo "$2" >password
	shift 2
	run "$expected" "$@" --password-stdin <password
}

begin 'user add: prints the user, without his password'
with_password 0 secret weft user add A --id 1 --username ann \
    --email ann@x.org
out_is '{"email":"ann@x.org","id":"1","username":"ann"}'
run 0 weft get A:User 1 --hidden
out_has '"password":"$scrypt$ln='
end

begin 'user add: one of a kind'
with_password 5 secret weft user add A --email ann@x.org
err_has 'Email already exists'
with_password 5 secret weft user add A --email nonsense
err_has 'is invalid'
with_password 5 '' weft user add A --email b@x.org
err_has 'Invalid password.'
run 2 weft user add A --email b@x.org
err_has '--password-stdin'
end

begin 'user role: gives and takes'
run 0 weft user role A ann admin
out_has '"name":"admin"'
role=$(json '$.id')
equal 'size of the id' "${#role}" 36
run 0 weft user role A ann admin --json
equal id "$(json '$.id')" "$role"
run 0 weft user list A
out_is '{"user":{"email":"ann@x.org","id":"1","username":"ann"},"roles":["admin"]}'
run 0 weft user role A 1 admin --remove
equal id "$(json '$.id')" "$role"
run 4 weft user role A 1 admin --remove
err_is 'weft: the user has no such role'
run 0 weft user list A --json
out_is '{"user":{"email":"ann@x.org","id":"1","username":"ann"},"roles":[]}'
end

begin 'user token: makes one'
run 0 weft user token A ann@x.org --ttl 60
out_has '"ttl":60' '"userId":"1"'
end

begin 'user role: its id in a record shows that to him'
cat >A/models/note.json <<'X'
{"name":"Note","trackChanges":true,"visibleTo":{"groups":"groupIds"},
"properties":{"id":{"type":"string","id":true},"groupIds":["string"]}}
X
cp A/model-config.json kept
sed 's/^{/&"Note":{"dataSource":"db"},/' kept >A/model-config.json
run 0 weft user token A ann
token=$(json '$.id')
run 0 weft user role A ann editors
role=$(json '$.id')
run 0 weft put A:Note "{\"id\":\"n1\",\"groupIds\":[\"$role\"]}"
serve A
equal notes "$(curl --silent "$url/Notes")" '[]'
equal notes "$(curl --silent --header "authorization: $token" "$url/Notes")" \
    "[{\"id\":\"n1\",\"groupIds\":[\"$role\"]}]"
stop "$daemon"
mv kept A/model-config.json
end

begin 'user passwd: another password ends all tokens'
with_password 0 other weft user passwd A ann
run 0 weft export A:AccessToken
out_empty
end

# member SETTING: a model of users with it.
member()
{
	mkdir -p M/models
	cp A/datasources.json M
	sed 's/"User"/"Member"/' A/model-config.json >M/model-config.json
	printf '{"name":"Member","base":"User",%s}' "$1" >M/models/member.json
}

begin 'settings of users: times are numbers, or texts of them'
member '"ttl":"60","maxTTL":"3600"'
with_password 0 secret weft user add M --username ann --email ann@x.org
run 0 weft user token M ann
out_has '"ttl":60'
run 0 weft user token M ann --ttl 99999
out_has '"ttl":3600'
for key in ttl maxTTL resetPasswordTokenTTL; do
	member "\"$key\":\"a week\""
	run 5 weft user list M
	err_has "Member: $key: expected a number of seconds, got \"a week\""
done
member '"emailVerificationRequired":"yes"'
run 5 weft user list M
err_has 'emailVerificationRequired: expected true or false, got "yes"'
end

begin 'user: what is not there'
run 4 weft user token A bob
err_is 'weft: no User "bob"'
run 2 weft user frob A
err_has 'expected add, passwd, token, role or list'
run 2 weft user role A ann
mkdir B
echo '{"db":{"connector":"memory"}}' >B/datasources.json
echo '{}' >B/model-config.json
run 4 weft user list B
err_has 'model-config.json needs User'
end

finish
