"""Places where data is kept: a secret does not belong there as it came in."""

from __future__ import annotations

from checks.flow.storing import in_cookie, in_field, in_statement, sent
from checks.models.facts import Library

keeping = Library(
    "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html"
)
keeping.sink(
    "plain",
    "*.{execute,executemany,fetchrow,fetchval}",
    at="1/parameters/params 2 3 4",
    when=in_statement,
    label="database",
)
keeping.sink("plain", "*.{create,update_or_create}", at="password passwd pin cvv card_number ssn",
             when=in_field, label="field")  # fmt: skip
keeping.sink(
    "plain", "*.{write,writelines,write_text}", "json.dump", at="0", when=sent, label="file"
)
keeping.sink(
    "plain", "csv.{writer,DictWriter}().{writerow,writerows}", at="0", when=sent, label="file"
)
keeping.sink("plain", "*.{set_cookie,set_signed_cookie,set_secure_cookie}", at="1/value",
             when=in_cookie, label="cookie")  # fmt: skip
