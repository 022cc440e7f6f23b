"""Databases and other things that are asked in a language of their own."""

from __future__ import annotations

from checks.models.conditions import (
    is_query_open,
    is_sql,
    is_sql_asked,
    lxml_resolves,
    parser_resolves,
)
from checks.models.facts import Library

dbapi = Library("https://peps.python.org/pep-0249/")
dbapi.sink("sql", "*.{execute,executemany,executescript}", at="0/operation/sql/query", when=is_sql)
dbapi.sink("sql", "*.{execute,executemany}", at="query sql statement operation", when=is_sql)

asynchronous = Library("https://magicstack.github.io/asyncpg/current/api/index.html")
asynchronous.sink(
    "sql",
    "*.{fetch,fetchrow,fetchval,fetch_all,fetch_one,fetch_val,iterate,prepare,"
    "copy_from_query,cursor}",
    at="0/query",
    when=is_sql_asked,
)

sqlalchemy = Library(
    "https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text"
)
sqlalchemy.alias(
    "sqlalchemy.text",
    "sqlalchemy.sql.text",
    "sqlalchemy.sql.expression.text",
    "flask_sqlalchemy.SQLAlchemy().text",
    "sqlmodel.text",
)
sqlalchemy.sink(
    "sql",
    "sqlalchemy.text",
    "sqlalchemy.{literal_column,TextClause,column_text}",
    "sqlalchemy.sql.{literal_column,expression.literal_column}",
    at="0/text",
)
sqlalchemy.sink("sql", "*.{exec_driver_sql,from_statement}", at="0/statement", when=is_sql)
sqlalchemy.cleans(
    "sql",
    "sqlalchemy.text",
    "sqlalchemy.literal_column",
    "*.bindparams",
    "sqlalchemy.{select,insert,update,delete,bindparam,literal,column,table}",
)
sqlalchemy.replaces(
    "*.{scalar,scalars,scalar_one,scalar_one_or_none,fetchall,fetchone,fetchmany,one_or_none,first}",
    "*.{execute,executemany,filter,filter_by,exclude,order_by,get_or_404,first_or_404,one_or_404}",
    "*.{get_object_for_this_type,get_by_natural_key,get_object_or_404,find_one,insert_one}",
    "*.{fetch,fetchrow,fetchval,fetch_all,fetch_one,fetch_val,get_or_create,query}",
)

django = Library("https://docs.djangoproject.com/en/stable/topics/db/sql/")
django.alias("django.db.models.QuerySet", "django.db.models.query.QuerySet")
django.alias("django.db.models.Manager", "django.db.models.manager.Manager")
django.sink("sql", "*.raw", at="0/raw_query", when=is_sql)
django.sink("sql", "*.extra", at="0/select 1/where 4/tables where select tables order_by")
django.sink("sql", "django.db.models.expressions.RawSQL", "django.db.models.RawSQL", at="0/sql")
django.cleans("sql", "*.{filter,exclude,get_or_create,filter_by,values_list,annotate}")

drivers = Library("https://www.psycopg.org/psycopg3/docs/api/sql.html")
drivers.sink("sql", "psycopg2.sql.SQL", "psycopg.sql.SQL")
drivers.cleans("sql", "{psycopg2,psycopg}.sql.SQL")  # told of where it is made
drivers.cleans(
    "sql",
    "psycopg2.sql.{Identifier,Literal,Placeholder}",
    "psycopg.sql.{Identifier,Literal,Placeholder}",
    "*.{escape_string,literal,quote_ident,quote_identifier,mogrify_param}",
    "psycopg2.extensions.{quote_ident,adapt,QuotedString}",
    "pymysql.converters.escape_string",
    "MySQLdb.escape_string",
    "asyncpg.utils._quote_ident",
    "sqlalchemy.sql.quoted_name",
)
drivers.sink("sql", "*.{copy_expert}", at="0/sql")
drivers.sink(
    "sql",
    "peewee.{SQL,RawQuery}",
    "pandas.{read_sql,read_sql_query}",
    "*.{read_sql,read_sql_query,execute_sql}",
    at="0/sql",
    when=is_sql,
)
drivers.sink(
    "sql",
    "google.cloud.bigquery.Client().query",
    "duckdb.{sql,query,execute}",
    "boto3.client().execute_statement",
    at="0/query Sql",
    when=is_sql,
)
drivers.sink("sql", "*.{sql,query}", at="0/query Sql", when=is_sql_asked)

mongo = Library("https://www.mongodb.com/docs/manual/reference/operator/query/where/")
mongo.sink(
    "nosql",
    "*.{find,find_one,find_one_and_update,find_one_and_delete,find_one_and_replace}",
    "*.{count_documents,delete_one,delete_many,update_one,update_many,aggregate}",
    at="0/filter",
    when=is_query_open,
)
mongo.sink(
    "nosql",
    "*.{replace_one,distinct,map_reduce,find_raw_batches,aggregate_raw_batches}",
    at="0/filter filter query",
    when=is_query_open,
)
mongoengine = Library("https://docs.mongoengine.org/guide/querying.html#raw-queries")
mongoengine.sink("nosql", "*.objects", at="__raw__", when=is_query_open)
neo4j = Library("https://neo4j.com/docs/python-manual/current/query-simple/")
neo4j.sink(
    "sql",
    "neo4j.GraphDatabase.driver().{execute_query,session().run}",
    "neo4j.AsyncGraphDatabase.driver().{execute_query,session().run}",
    at="0/query/query_",
)
redis = Library("https://redis.io/docs/latest/develop/programmability/eval-intro/")
redis.sink(
    "code",
    "redis.{Redis,StrictRedis,from_url}().{eval,register_script,script_load}",
    "redis.asyncio.{Redis,from_url}().{eval,register_script,script_load}",
    at="0/script",
)
mongo.cleans("nosql", "bson.ObjectId", "bson.objectid.ObjectId")

ldap = Library("https://www.python-ldap.org/en/latest/reference/ldap-filter.html")
ldap.sink("ldap", "*.{search_s,search_st,search_ext,search_ext_s}", at="0/base 2/filterstr")
ldap.sink("ldap", "ldap3.Connection().search", at="0/search_base 1/search_filter")
ldap.sink("ldap", "*.search", at="search_filter search_base")
ldap.cleans(
    "ldap",
    "ldap.filter.{escape_filter_chars,filter_format}",
    "ldap.dn.escape_dn_chars",
    "ldap3.utils.conv.escape_filter_chars",
    "ldap3.utils.dn.escape_rdn",
)

xpath = Library("https://lxml.de/xpathxslt.html")
xpath.sink(
    "xpath",
    "*.{xpath,findall_xpath}",
    "lxml.etree.{XPath,ETXPath}",
    "elementpath.select",
    at="0/path _path",
)
xpath.sink("xpath", "elementpath.select", at="1/path")
xpath.sink(
    "xpath",
    "xml.etree.ElementTree.{parse,fromstring}().{find,findall,findtext,iterfind}",
    "lxml.etree.{parse,fromstring}().{find,findall,findtext,iterfind}",
    "xml.etree.ElementTree.parse().getroot().{find,findall,findtext,iterfind}",
    at="0/path/match",
)

xml = Library("https://docs.python.org/3/library/xml.html#xml-vulnerabilities")
xml.sink(
    "xml",
    "xml.dom.{minidom,pulldom,expatbuilder}.{parse,parseString}",
    "xml.sax.{parse,parseString}",
    when=parser_resolves,
)
xml.sink("xml", "@parser.{parse,parseString,feed}")
lxml = Library("https://lxml.de/FAQ.html#how-do-i-use-lxml-safely-as-a-web-service-endpoint")
lxml.sink(
    "xml",
    "lxml.etree.{fromstring,parse,XML,iterparse}",
    "lxml.objectify.{fromstring,parse}",
    when=lxml_resolves,
)
