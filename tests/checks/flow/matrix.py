"""Programs made by multiplying: every framework × every kind of sink × every way between them.

Each row is a few lines that a person can read. ``@`` in a way is the untrusted expression, the name
``value`` what reaches the sink.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

FRAMEWORKS = {
    "flask": (
        "from flask import Flask, request\napp = Flask(__name__)",
        "@app.get('/a')\ndef handler():",
        "request.args['q']",
    ),
    "flask method view": (
        "from flask import request\nfrom flask.views import MethodView",
        "class Show(MethodView):\n  def post(self):",
        "request.form.get('q')",
    ),
    "django": (
        "from django.http import HttpRequest",
        "def handler(request):",
        "request.GET['q']",
    ),
    "django class": (
        "from django.views.generic import View",
        "class Show(View):\n  def get(self, request, slug):",
        "slug",
    ),
    "rest framework": (
        "from rest_framework.decorators import api_view",
        "@api_view(['POST'])\ndef handler(request):",
        "request.data['q']",
    ),
    "fastapi": (
        "from fastapi import FastAPI\napp = FastAPI()",
        "@app.get('/a')\nasync def handler(q: str):",
        "q",
    ),
    "aiohttp": (
        "from aiohttp import web\nroutes = web.RouteTableDef()",
        "@routes.get('/a')\nasync def handler(request):",
        "request.query['q']",
    ),
    "tornado": (
        "import tornado.web",
        "class Show(tornado.web.RequestHandler):\n  def get(self):",
        "self.get_argument('q')",
    ),
    "lambda": ("import json", "def lambda_handler(event, context):", "event['q']"),
}
"""Imports, the head of a handler, an untrusted expression in it."""

SINKS = {
    "sql": (
        "import sqlite3",
        "sqlite3.connect('x').execute('SELECT a FROM t WHERE b = ' + value)",
    ),
    "command": ("import os", "os.system('ls ' + value)"),
    "code": ("import math", "eval('1 + ' + value)"),
    "path": ("import io", "open('/srv/' + value)"),
    "request": ("import requests", "requests.get('http://' + value)"),
    "pickle": ("import pickle", "pickle.loads(value)"),
    "template": ("import jinja2", "jinja2.Template('a' + value)"),
    "regex": ("import re", "re.compile('a' + value)"),
    "ldap": ("import ldap", "ldap.initialize('x').search_s('dc=a', 2, 'uid=' + value)"),
    "xpath": ("from lxml import etree", "etree.parse('x').xpath('//a[' + value)"),
    "import": ("import importlib", "importlib.import_module(value)"),
    "yaml": ("import yaml", "yaml.load(value, Loader=yaml.Loader)"),
    "html": ("from django.http import HttpResponse", "HttpResponse('<p>' + value)"),
    "nosql": (
        "import pymongo",
        "pymongo.MongoClient().shop.users.find({'$where': 'this.a == ' + value})",
    ),
    "xml": ("import lxml.etree", "lxml.etree.fromstring(value)"),
    "log": ("import logging", "logging.getLogger('a').info('a ' + value)"),
    "mail": (
        "import smtplib",
        "smtplib.SMTP('x').sendmail('a@b', 'c@d', 'Subject: ' + value)",
    ),
    "header": (
        "from pyramid.response import Response",
        "Response('a', content_type='text/plain').headers['X-A'] = 'b ' + value",
    ),
    "entities": ("import xml.dom.minidom", "xml.dom.minidom.parseString(value)"),
    "unpack": ("import zlib", "zlib.decompress(value)"),
}
"""Imports, and a statement that uses ``value``."""

BAD = {
    "directly": "value = @",
    "through names": "first = @\nsecond = first\nvalue = second",
    "joined": "value = ''.join(['a', @])",
    "formatted": "value = '%s' % @",
    "in an f-string": "text = @\nvalue = f'a{text}b'",
    "by format": "value = '{x}'.format(x=@)",
    "added to": "value = 'a'\nvalue += @",
    "in a dict": "box = {'k': @, 'l': 'safe'}\nvalue = box['k']",
    "in a list": "box = ['safe', @]\nvalue = box[1]",
    "in an instance": "box = Box(@)\nvalue = box.kept",
    "returned": "value = same(@)",
    "by a lambda": "value = (lambda x: x)(@)",
    "by a nested function": "text = @\ndef inner():\n  return text\nvalue = inner()",
    "in a branch": "value = 'safe'\nif unknown:\n  value = @",
    "in a loop": "value = ''\nfor part in [@]:\n  value = value + part",
    "after try": "try:\n  value = @\nexcept KeyError:\n  value = 'safe'",
    "by a comprehension": "value = ''.join(x for x in @)",
    "by unpacking": "value, other = @, 'safe'",
    "a test that tells nothing": "value = @\nif not value:\n  return",
    "a test that does not leave": "value = @\nif value not in ('a', 'b'):\n  print('odd')",
    "a condition": "value = @ if unknown else 'safe'",
    "with a default": "value = @ or 'safe'",
    "sliced": "value = @[1:]",
    "stripped": "value = @.strip().lower()",
    "a case": "text = @\nmatch unknown:\n  case 1:\n    value = text\n  case _:\n"
    "    value = 'safe'",
}
"""Ways by which the untrusted value reaches the sink."""

GOOD = {
    "a constant": "ignored = @\nvalue = 'safe'",
    "overwritten": "value = @\nvalue = 'safe'",
    "another key": "box = {'k': @, 'l': 'safe'}\nvalue = box['l']",
    "another item": "box = ['safe', @]\nvalue = box[0]",
    "a key written again": "box = {'k': @}\nbox['k'] = 'safe'\nvalue = box['k']",
    "popped": "box = [@, 'safe']\nbox.pop(0)\nvalue = box[0]",
    "another field": "box = Box('safe')\nbox.other = @\nvalue = box.kept",
    "a branch that cannot run": "value = 'safe'\nif 7 * 6 > 50:\n  value = @",
    "a ternary that cannot run": "value = @ if len('abc') > 5 else 'safe'",
    "a case that cannot run": "text = @\nmatch 'ABC'[1]:\n  case 'A':\n    value = text\n"
    "  case 'B':\n    value = 'safe'\n  case _:\n    value = text",
    "allowed": "value = @\nif value not in ('a', 'b'):\n  return",
    "allowed in a branch": "value = @\nif value not in NAMES:\n  value = 'a'",
    "looked up": "value = {'a': 'x', 'b': 'y'}.get(@, 'z')",
    "a number": "value = str(int(@))",
    "digits": "value = @\nif not value.isdigit():\n  return",
    "by a full pattern": "value = @\nif not re.fullmatch('[a-z0-9]+', value):\n  return",
    "a helper that answers": "value = @\nif not is_known(value):\n  return",
    "a helper that raises": "value = @\nrequire_known(value)",
    "a helper that ignores": "value = fixed(@)",
    "raised": "value = @\nif value not in NAMES:\n  raise ValueError(value)",
    "asserted": "value = @\nassert value in NAMES",
    "compared": "value = @\nif value != 'a':\n  return",
    "filtered": "value = ''.join(x for x in @ if x in NAMES)",
    "an enum": "value = Choice(@).value",
    "by another loop": "for value in ('a', 'b'):\n  ignored = @",
    "its length": "value = str(len(@))",
    "its truth": "value = 'a' if @ else 'b'",
}
"""The safe twins."""

HELPERS = """
import enum
import re
from elsewhere import unknown

NAMES = ("a", "b")


class Box:
    def __init__(self, kept):
        self.kept = kept
        self.other = ""


class Choice(enum.Enum):
    A = "a"
    B = "b"


def same(x):
    return x


def fixed(x):
    return "safe"


def is_known(x):
    return x in NAMES


def require_known(x):
    if x not in NAMES:
        raise ValueError(x)
"""


@dataclass(frozen=True)
class Product:
    """One program."""

    name: str
    kind: str
    text: str
    bad: bool


def products() -> Iterator[Product]:
    """All programs."""
    for framework, (imports, head, source) in FRAMEWORKS.items():
        for kind, (sink_imports, sink) in SINKS.items():
            for bad, ways in ((True, BAD), (False, GOOD)):
                for way, lines in ways.items():
                    indent = "    " if head.startswith("class") else "  "
                    body = textwrap.indent(f"{lines.replace('@', source)}\n{sink}", indent)
                    text = f"{imports}\n{sink_imports}\n{HELPERS}\n\n{head}\n{body}\n"
                    yield Product(f"{framework}, {kind}, {way}", kind, text, bad)
