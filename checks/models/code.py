"""Code and templates that are made from text."""

from __future__ import annotations

from checks.models.facts import Library

code = Library("https://docs.python.org/3/library/functions.html#eval")
code.sink(
    "code",
    "eval",
    "exec",
    "compile",
    "execfile",
    "code.InteractiveInterpreter().runcode",
    "timeit.timeit",
    "asteval.Interpreter().eval",
    "code.interact",
    "code.{InteractiveInterpreter,InteractiveConsole}().{runsource,push}",
    "cProfile.run",
    "profile.run",
    "pdb.{run,runeval}",
    "timeit.repeat",
    at="0/source/stmt",
)
code.sink(
    "code",
    "pandas.eval",
    "numexpr.evaluate",
    "*.query",
    "*.eval",
    at="0/expr",
    when=lambda site: "pandas" in site.callee,
)
code.sink(
    "import",
    "importlib.import_module",
    "__import__",
    "importlib.__import__",
    "runpy.run_path",
    "runpy.run_module",
    "imp.load_source",
    "importlib.util.spec_from_file_location",
    at="0/name",
)
template = Library(
    "https://jinja.palletsprojects.com/en/stable/api/#jinja2.Environment.from_string"
)
template.sink(
    "template",
    "jinja2.{Template,Environment().from_string}",
    "jinja2.sandbox.Environment().from_string",
    "mako.template.Template",
    "chameleon.PageTemplate",
    at="0/source/text",
)
template.sink(
    "template",
    "*.from_string",
    at="0/source/text",
    when=lambda site: "Sandboxed" not in site.callee,
)
bottle = Library("https://bottlepy.org/docs/stable/stpl.html")
bottle.sink(
    "template",
    "bottle.{template,SimpleTemplate,MakoTemplate,Jinja2Template,CheetahTemplate}",
    at="0/source",
)
genshi = Library("https://genshi.edgewall.org/wiki/Documentation/templates.html")
genshi.sink(
    "template", "genshi.template.{TextTemplate,NewTextTemplate,OldTextTemplate,MarkupTemplate}"
)
cheetah = Library("https://cheetahtemplate.org/users_guide/gettingStarted.html")
cheetah.sink("template", "Cheetah.Template.Template", at="0/source")
template.cleans("template", "jinja2.sandbox.SandboxedEnvironment().from_string")
template.cleans("html", "jinja2.Environment().get_template().render")
