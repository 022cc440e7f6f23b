"""Every kind of secret in every kind of file, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.checks.secrets.corpus import KINDS, harmless, missed_by_a_sign, planted
from tests.checks.secrets.looking import look, said
from tests.checks.secrets.shapes import SHAPES

SEEDS = st.integers(0, 2**32)


def test_there_are_more_than_twenty_kinds_of_files() -> None:
    assert len({one.name for one in KINDS}) == len({one.path for one in KINDS}) == len(KINDS) > 20


def test_every_kind_of_secret_is_found_in_the_file_it_is_planted_in() -> None:
    seen = set()
    for one in planted(20, rounds=2):
        found = look(one.text, one.path)
        assert len(found) == 1, (one.provider, one.kind)
        assert one.provider == found[0].identity or found[0].identity.startswith("named:")
        seen.add(one.provider)
    assert seen == set(SHAPES)


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_nothing_of_a_secret_is_told(seed: int) -> None:
    for one in planted(seed, rounds=1):
        drawn = one.secret[-12:]
        for finding in look(one.text, one.path):
            words = said(finding)
            assert not any(drawn[at : at + 6] in words for at in range(len(drawn) - 6))


@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_a_near_miss_is_not_flagged(seed: int) -> None:
    flagged = [
        (one.provider, one.kind)
        for one in missed_by_a_sign(seed, rounds=1)
        if look(one.text, one.path)
    ]
    assert flagged == []


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_what_is_no_secret_is_not_flagged(seed: int) -> None:
    flagged = [
        (one.provider, one.kind, one.text)
        for one in harmless(seed, rounds=4)
        if look(one.text, one.path)
    ]
    assert flagged == []


PASSWORDS = {
    "app/db.py": 'connect(host="db.acme.io", password="Tr4vel!Lamp77")\n',
    "web/db.js": 'const options = { password: "Tr4vel!Lamp77" };\n',
    "src/Db.java": 'dataSource.put("spring.datasource.password", "Tr4vel!Lamp77");\n',
    "src/Db.cs": 'const string Conn = "Server=db.acme.io;User Id=app;Password=Tr4vel!Lamp77;";\n',
    "src/db.php": "<?php\ndefine('DB_PASSWORD', 'Tr4vel!Lamp77');\n",
    "cmd/main.go": 'os.Setenv("DB_PASSWORD", "Tr4vel!Lamp77")\n',
    "deploy.sh": "export DB_PASSWORD=Tr4vel-Lamp77x\n",
    "Dockerfile": "FROM alpine\nENV DB_PASSWORD Tr4vel-Lamp77x\n",
    "Containerfile": "FROM alpine\nARG DB_PASSWORD=Tr4vel-Lamp77x\n",
    "Makefile": "DB_PASSWORD := Tr4vel-Lamp77x\n",
    "docker-compose.yml": "services:\n db:\n  environment:\n   - DB_PASSWORD=Tr4vel-Lamp77x\n",
    "deploy/values.yaml": "db:\n  password: Tr4vel-Lamp77x\n",
    "deploy/secret.yaml": "kind: Secret\ndata:\n  DB_PASSWORD: VHI0dmVsIUxhbXA3Nw==\n",
    "deploy/plain.yaml": "kind: Secret\nstringData:\n  DB_PASSWORD: Tr4vel-Lamp77x\n",
    "src/application.properties": "spring.datasource.password=Tr4vel!Lamp77\n",
    "config/app.ini": "[db]\npassword = Tr4vel!Lamp77\n",
    "config/app.toml": '[db]\npassword = "Tr4vel!Lamp77"\n',
    "config/app.json": '{"db": {"password": "Tr4vel!Lamp77"}}\n',
    "app/web.xml": '<property name="password" value="Tr4vel!Lamp77"/>\n',
    "app/server.xml": "<server><id>x</id><password>Tr4vel!Lamp77</password></server>\n",
    "res/strings.xml": '<string name="api_secret">k9sdf8gh2lk4jh5g6d7f8s9a0qwe</string>\n',
    "infra/prod.tfvars": 'db_password = "Tr4vel!Lamp77"\n',
    "db/users.sql": "CREATE USER app IDENTIFIED BY 'Tr4vel!Lamp77';\n",
    "db/roles.sql": "CREATE ROLE app LOGIN PASSWORD 'Tr4vel!Lamp77';\n",
    "notes/try.ipynb": '{"source": ["password = \\"Tr4vel!Lamp77\\"\\n"]}\n',
    ".netrc": "machine acme.io login deploy password Tr4vel!Lamp77\n",
    ".pypirc": "[pypi]\nusername: deploy\npassword: Tr4vel!Lamp77\n",
    ".npmrc": "//npm.acme.io/:_password=VHI0dmVsIUxhbXA3Nw==\n",
    ".docker/config.json": '{"auths": {"r.acme.io": {"auth": "ZGVwbG95OlRyNHZlbCFMYW1wNzc="}}}\n',
    "deploy/.env": "DB_PASSWORD=Tr4vel!Lamp77\n",
    "app/Config.xml": "<c>jdbc:mysql://db.acme.io/app?user=app&amp;password=Tr4velLamp77</c>\n",
    "backup.sh": "curl -fsS -u deploy:Tr4vel!Lamp77 https://api.acme.io/dump\n",
    "mirror.sh": "curl -X POST \\\n  --user 'deploy:Tr4vel!Lamp77' \\\n  $TARGET/hook\n",
    "fetch.sh": "wget --user=deploy --http-password=Tr4vel!Lamp77 https://files.acme.io/a.tgz\n",
    "copy.sh": "sshpass -p 'Tr4vel!Lamp77' scp a.tgz deploy@files.acme.io:\n",
    ".github/workflows/notify.yml": "jobs:\n a:\n  steps:\n   - run: |\n"
    "      curl -sSu deploy:Tr4vel!Lamp77 https://hooks.acme.io/x\n",
    "app/dump.py": 'subprocess.run(["curl", "-u", "deploy:Tr4vel!Lamp77", URL], check=True)\n',
    "app/push.py": 'os.system("curl --user deploy:Tr4vel!Lamp77 https://api.acme.io/push")\n',
    "web/call.ts": 'fetch(u, {headers: {Authorization: "Basic ZGVwbG95OlRyNHZlbCFMYW1wNzc="}});\n',
}


@pytest.mark.parametrize("path", sorted(PASSWORDS))
def test_a_password_is_found(path: str) -> None:
    (one,) = look(PASSWORDS[path], path)
    assert "Lamp" not in said(one)
    assert one.region.start_line <= PASSWORDS[path].count("\n")


@pytest.mark.parametrize("path", sorted(PASSWORDS))
def test_a_password_that_is_read_from_elsewhere_is_none(path: str) -> None:
    for reference in ("${DB_PASSWORD}", "{{ password }}", "<your-password>", "changeme"):
        text = PASSWORDS[path]
        for value in ("Tr4vel!Lamp77", "Tr4vel-Lamp77x", "Tr4velLamp77"):
            text = text.replace(value, reference)
        if text != PASSWORDS[path]:
            assert look(text, path) == [], reference


@pytest.mark.parametrize(
    "text",
    [
        "curl -u user:password https://api.acme.io/\n",
        "curl -u admin:admin https://api.acme.io/\n",
        'curl -u "$USER:$PASSWORD" https://api.acme.io/\n',
        "curl -u ${{ secrets.USER }}:${{ secrets.PASSWORD }} https://api.acme.io/\n",
        "curl -u {user}:{password} https://api.acme.io/\n",
        "curl -u deploy:Tr4vel!Lamp77 http://localhost:8080/\n",
        "curl -u deploy https://api.acme.io/Tr4vel:Lamp77x\n",
        "curl -U https://api.acme.io:Lamp77x/\n",
        "curl --user-agent name:Tr4vel!Lamp77 https://api.acme.io/\n",
        "curl -o out -H 'User: a:Tr4vel!Lamp77' https://api.acme.io/\n",
        "libcurl -u deploy:Tr4vel!Lamp77\n",
        "sshpass -p $PASSWORD ssh deploy@files.acme.io\n",
        "sshpass -e ssh -p 2222 deploy@files.acme.io\n",
        "wget --password=changeme https://files.acme.io/\n",
        "wget -p https://files.acme.io/Tr4vel1\n",
        "curl https://api.acme.io/\ntar -u deploy:Tr4vel!Lamp77\n",
    ],
)
def test_commands_without_a_password_of_ones_own(text: str) -> None:
    assert look(text, "deploy.sh") == []


@pytest.mark.parametrize(
    "text",
    [
        "deploy:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC\n",
        "deploy:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00\n",
        "deploy:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\n",
    ],
)
def test_hashes_of_passwords_are_none(text: str) -> None:
    assert look(text, "deploy/.htpasswd") == []
