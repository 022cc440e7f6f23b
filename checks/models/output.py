"""Where a line end does harm: response headers, logs, mail; and cells of tables.

Most frameworks refuse line ends in the values of headers, and are not named here: Django, Werkzeug
(Flask, Quart), Starlette (its servers), aiohttp, Tornado, Bottle, CherryPy, Twisted. The same holds
for ``email.message.EmailMessage`` with the policies made for it, and for the mail of Django.
"""

from __future__ import annotations

from checks.models.facts import Library
from checks.models.lines import begins_formula, forges_lines, in_mail_header, names_log

headers = Library("https://docs.python.org/3/library/http.server.html#http-server-security")
for _base in ("BaseHTTPRequestHandler", "SimpleHTTPRequestHandler", "CGIHTTPRequestHandler"):
    headers.sink("header", f"http.server.{_base}().send_header", at="1/value")
    headers.sink("header", f"http.server.{_base}().{{send_response,send_error}}", at="1/message")
headers.sink("header", "@start_response", at="0/status 1/response_headers/headers")

falcon = Library("https://falcon.readthedocs.io/en/stable/api/request_and_response.html")
falcon.sink("header", "@response.{set_header,append_header}", at="1/value")
falcon.sink("header", "@response.set_headers", at="0/headers")

webob = Library("https://docs.pylonsproject.org/projects/webob/en/stable/api/response.html")
webob.sink(
    "header",
    "webob.Response().headers[]=",
    "pyramid.response.Response().headers[]=",
    "@request.response.headers[]=",
    "webapp2.RequestHandler().response.headers[]=",
)
webob.sink(
    "header",
    "{webob,pyramid.response}.Response().headers.add",
    "@request.response.headers.add",
    at="1/value",
)

sanic = Library("https://sanic.dev/en/guide/basics/response.html")
sanic.sink(
    "header",
    "sanic.response.{text,html,json,raw,empty,file,HTTPResponse}",
    "sanic.{text,html,json,empty,raw}",
    at="headers",
)

logs = Library("https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html")
logs.sink(
    "log",
    "*.{debug,info,warning,warn,error,critical,exception,fatal}",
    "logging.{debug,info,warning,warn,error,critical,exception,fatal}",
    at="0/msg 1 2 3 4 5",
    when=forges_lines,
)
logs.sink("log", "logging.log", "*.log", at="1/msg 2 3 4", when=names_log)
logs.sink("log", "syslog.syslog", at="0/priority 1/message")
logs.cleans(
    "header log mail csv",
    "{json,orjson,ujson,simplejson,rapidjson,flask.json}.dumps",
    "oslo_serialization.jsonutils.{dumps,dump_as_bytes}",
    "{tornado.escape.json_encode,msgspec.json.encode}",
)

mail = Library("https://docs.python.org/3/library/email.compat32-message.html")
mail.sink(
    "mail",
    "email.mime.text.MIMEText()[]=",
    "email.mime.multipart.MIMEMultipart()[]=",
    "email.mime.{application.MIMEApplication,base.MIMEBase,image.MIMEImage}()[]=",
    "email.message.Message()[]=",
)
mail.sink(
    "mail",
    "email.{mime.text.MIMEText,mime.multipart.MIMEMultipart,message.Message}().add_header",
    at="1/_value",
)
mail.sink(
    "mail",
    "smtplib.{SMTP,SMTP_SSL,LMTP}().sendmail",
    "aiosmtplib.SMTP().sendmail",
    at="2/msg/message",
    when=in_mail_header,
    label="text",
)
mail.sink("mail", "aiosmtplib.send", at="0/message", when=in_mail_header, label="text")
mail.cleans("mail", "email.header.Header", "email.header.make_header")

tables = Library("https://owasp.org/www-community/attacks/CSV_Injection")
tables.sink(
    "csv",
    "csv.{writer,DictWriter}().{writerow,writerows}",
    at="0/row/rows/rowdict/rowdicts",
    when=begins_formula,
)
tables.sink("csv", "pandas.DataFrame().{to_csv,to_excel}", at="self", when=begins_formula)
tables.sink(
    "csv", "openpyxl.Workbook().active.append", "openpyxl.Workbook().create_sheet().append",
    when=begins_formula,
)  # fmt: skip
