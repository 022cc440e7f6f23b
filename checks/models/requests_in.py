"""The request that a web framework hands to its handlers, whichever framework it is."""

from __future__ import annotations

from checks.models.facts import Library

_ONE_LINE = "header log mail"
"""What is sent in a header has no line ends: a server reads headers line by line."""

request = Library("https://flask.palletsprojects.com/en/stable/api/#incoming-request-data")
request.source(
    "the query string",
    "@request.{args,GET,query_params,query,rel_url,query_string,"
    "query_arguments,query_args,raw_args,params}",
)
request.source(
    "the query string",
    "@request.rel_url.query",
    "@request.args",
    "@request.url.query",
    "@request.url.query_params",
    "@request.META[QUERY_STRING]",
)
request.source("the form", "@request.{form,POST,forms,post_vars,body_arguments}")
request.source("the form", "@request.{post,form,get_media}()")
request.source(
    "the request",
    "@request.{values,params,arguments,FILES,files,stream,bounded_stream,"
    "content,raw_post_data,input_stream}",
)
request.source(
    "the request's body", "@request.{data,json,json_body,media,body,text,raw_body,DATA,dict}"
)
request.source(
    "the request's body",
    "@request.{get_json,get_data,json,text,body,read,multipart,"
    "get_media,readline,stream,decode_body}()",
)
request.source(
    "a header",
    "@request.{headers,META,user_agent,referrer,mimetype,"
    "accept_languages,authorization,origin,raw_headers}",
    clean=_ONE_LINE,
)
request.source("a header", "@request.{get_header,header}()", clean=_ONE_LINE)
request.source("the request", "@request.{environ,env}", "@request.get_param_as_json()")
request.source("a cookie", "@request.{cookies,COOKIES}")
request.source("a cookie", "@request.{get_cookie,get_signed_cookie,get_cookie_values}()")
request.source(
    "the URL",
    "@request.{url,base_url,full_path,uri,url_root,raw_path,"
    "path_qs,relative_uri,fullpath,unparsed_uri,urlparts}",
    clean=f"redirect request {_ONE_LINE}",
)
request.source("the URL", "@request.{path,path_info}", clean="redirect request")
request.source(
    "the URL",
    "@request.{get_full_path,build_absolute_uri,get_raw_uri}()",
    clean=f"redirect request {_ONE_LINE}",
)
request.source(
    "a header",
    "@request.{host,host_url}",
    "@request.get_host()",
    clean=f"redirect request path {_ONE_LINE}",
)
request.source(
    "the URL path",
    "@request.{view_args,match_info,path_params,matchdict,urlvars,"
    "match_info,url_rule_args,path_kwargs,subpath,traversed}",
)
request.source(
    "the query string",
    "@request.{get_param,get_param_as_list,getlist,get_argument,"
    "get_query_argument,get_query,get_args,get_arg}()",
)
request.value(
    "clean",
    "@request.{method,user,session,remote_addr,scheme,is_secure,app,"
    "content_length,endpoint,state,client,blueprint,registry,ctx,is_json,id,"
    "method_name,protocol,version,get_param_as_int}",
)
request.value(
    "clean",
    "@request.{get_param_as_int,get_param_as_bool,get_param_as_float,is_ajax,"
    "is_secure,get_param_as_uuid,get_param_as_datetime,is_disconnected}()",
)
request.alias("@request.files[]", "@request.files[][]")
request.alias("@request.args", "@request.args.copy()", "@request.args.to_dict()")
request.alias("@request.GET", "@request.GET.copy()", "@request.GET.dict()")
request.alias("@request.form", "@request.form.copy()", "@request.form.to_dict()")
request.alias("@request.POST", "@request.POST.copy()", "@request.POST.dict()")

upload = Library("https://flask.palletsprojects.com/en/stable/patterns/fileuploads/")
upload.source("the name of the uploaded file", "@upload.{filename,name,raw_filename}")
upload.source("the uploaded file", "@upload.{file,stream,content_type}")
upload.source("the uploaded file", "@upload.{read,readlines,open,chunks}()")
