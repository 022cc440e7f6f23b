"""Python statements, lowered to the tree of the flow analysis (:mod:`checks.ir`)."""

from __future__ import annotations

from collections.abc import Callable

import tree_sitter

from checks import ir
from checks.languages.python import grammar
from checks.languages.python.lower import MAX_DEPTH, unbound
from checks.languages.python.lower_literals import children
from checks.languages.python.lower_patterns import PatternLowering

_ASSIGNMENT = grammar.kind("assignment")
_ELIF = grammar.kind("elif_clause")
_DECORATOR = grammar.kind("decorator")
_AS_PATTERN = grammar.kind("as_pattern")


def lower_module(data: bytes, root: tree_sitter.Node) -> tuple[ir.Block, bool]:
    """The statements of a file, and whether something in it was too deep to be read."""
    lowering = StatementLowering(data)
    block = lowering.block(root)
    return block, lowering.too_deep


class StatementLowering(PatternLowering):
    """Lowers the statements of one body; nested functions get a lowering of their own."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.assigned: set[str] = set()
        self.elsewhere: dict[str, str] = {}
        self._statement_handlers = unbound(type(self), "statements", self._statements)

    def block(self, node: tree_sitter.Node | None) -> ir.Block:
        """Lower the statements in a block, a module, or an ERROR node."""
        if node is None:
            return ()
        if self.depth >= MAX_DEPTH:
            self.too_deep = True
            return ()
        self.depth += 1
        out: list[ir.Statement] = []
        for child in node.named_children:
            self.statement(child, out)
        self.depth -= 1
        return tuple(out)

    def statement(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        """Lower one statement."""
        number = node.kind_id
        if number >= grammar.ERROR:
            out.extend(self.block(node))
            return
        handler = self._statement_handlers[number]
        if handler is not None:
            handler(self, node, out)

    def _statements(self) -> dict[str, Callable[[tree_sitter.Node, list[ir.Statement]], None]]:
        return {
            "expression_statement": self._expression,
            "if_statement": self._if,
            "for_statement": self._for,
            "while_statement": self._while,
            "try_statement": self._try,
            "with_statement": self._with,
            "match_statement": self._match,
            "return_statement": self._return,
            "raise_statement": self._raise,
            "assert_statement": self._assert,
            "break_statement": self._break,
            "continue_statement": self._continue,
            "delete_statement": self._delete,
            "import_statement": self._import,
            "import_from_statement": self._import_from,
            "global_statement": self._global,
            "nonlocal_statement": self._nonlocal,
            "function_definition": self._function,
            "class_definition": self._class,
            "decorated_definition": self._decorated,
            "exec_statement": self._exec,
            "print_statement": self._print,
            "block": self._block,
        }

    def _block(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        out.extend(self.block(node))

    def bind(self, target: ir.Expression) -> ir.Expression:
        """Note the names that a target binds."""
        stack = [target]
        while stack:
            one = stack.pop()
            if isinstance(one, ir.Name):
                self.assigned.add(one.id)
            elif isinstance(one, ir.Sequence):
                stack.extend(one.items)
            elif isinstance(one, ir.Star):
                stack.append(one.value)
        return target

    def _expression(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        parts = children(node)
        if len(parts) > 1:  # a, b: a tuple without a name in the grammar
            out.extend(
                ir.Evaluate(one.start_byte, one.end_byte, self.expression(one)) for one in parts
            )
            return
        for one in parts:
            kind = grammar.KINDS[min(one.kind_id, grammar.ERROR)]
            if kind == "assignment":
                self._assignment(one, out)
            elif kind == "augmented_assignment":
                operator = one.child_by_field_id(grammar.OPERATOR)
                target = self.bind(self.expression(one.child_by_field_id(grammar.LEFT)))
                value = self._right(one.child_by_field_id(grammar.RIGHT))
                sign = "+" if operator is None else operator.type.removesuffix("=")
                out.append(ir.Augment(one.start_byte, one.end_byte, target, sign, value))
            else:
                out.append(ir.Evaluate(one.start_byte, one.end_byte, self.expression(one)))

    def _right(self, node: tree_sitter.Node | None) -> ir.Expression:
        return self.expression(node)

    def _assignment(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        targets: list[ir.Expression] = []
        annotation: ir.Expression | None = None
        value: tree_sitter.Node | None = node
        while value is not None and value.kind_id == _ASSIGNMENT:
            left = value.child_by_field_id(grammar.LEFT)
            targets.append(self.bind(self.expression(left)))
            written = value.child_by_field_id(grammar.TYPE)
            if written is not None:
                annotation = self.expression(written)
            value = value.child_by_field_id(grammar.RIGHT)
        given = None if value is None else self._right(value)
        out.append(ir.Assign(node.start_byte, node.end_byte, tuple(targets), given, annotation))

    def _if(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        branches = [self._test(node)]
        otherwise: ir.Block = ()
        for child in node.children_by_field_id(grammar.ALTERNATIVE):
            if child.kind_id == _ELIF:
                branches.append(self._test(child))
            else:
                otherwise = self.block(child.child_by_field_id(grammar.BODY))
        out.append(ir.Branch(node.start_byte, node.end_byte, tuple(branches), otherwise))

    def _test(self, node: tree_sitter.Node) -> tuple[ir.Expression, ir.Block]:
        test = self.expression(node.child_by_field_name("condition"))
        return test, self.block(node.child_by_field_id(grammar.CONSEQUENCE))

    def _else(self, node: tree_sitter.Node) -> ir.Block:
        clause = node.child_by_field_id(grammar.ALTERNATIVE)
        return () if clause is None else self.block(clause.child_by_field_id(grammar.BODY))

    def _for(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        source = self.expression(node.child_by_field_id(grammar.RIGHT))
        target = self.bind(self.expression(node.child_by_field_id(grammar.LEFT)))
        body = self.block(node.child_by_field_id(grammar.BODY))
        out.append(ir.Loop(node.start_byte, node.end_byte, target, source, body, self._else(node)))

    def _while(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        test = self.expression(node.child_by_field_name("condition"))
        body = self.block(node.child_by_field_id(grammar.BODY))
        out.append(ir.While(node.start_byte, node.end_byte, test, body, self._else(node)))

    def _try(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        body = self.block(node.child_by_field_id(grammar.BODY))
        handlers: list[ir.Handler] = []
        otherwise: ir.Block = ()
        final: ir.Block = ()
        for child in children(node):
            kind = grammar.KINDS[child.kind_id] if child.kind_id < grammar.ERROR else ""
            if kind == "except_clause":
                handlers.append(self._handler(child))
            elif kind == "else_clause":
                otherwise = self.block(child.child_by_field_id(grammar.BODY))
            elif kind == "finally_clause":
                inner = children(child)
                final = self.block(inner[-1]) if inner else ()
        out.append(ir.Try(node.start_byte, node.end_byte, body, tuple(handlers), otherwise, final))

    def _handler(self, node: tree_sitter.Node) -> ir.Handler:
        values = node.children_by_field_id(grammar.VALUE)
        caught: ir.Expression | None = None
        name = ""
        if values:
            first = values[0]
            if first.kind_id == _AS_PATTERN:
                alias = first.child_by_field_id(grammar.ALIAS)
                name = "" if alias is None else self.text(alias)
                inner = children(first)
                first = inner[0] if inner else first
            elif len(values) == 2:  # Python 2: except Error, error
                name = self.text(values[1])
            caught = self.expression(first)
        if name:
            self.assigned.add(name)
        blocks = [one for one in node.named_children if one.type == "block"]
        body = self.block(blocks[-1]) if blocks else ()
        return ir.Handler(node.start_byte, node.end_byte, caught, name, body)

    def _with(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        items: list[tuple[ir.Expression, ir.Expression | None]] = []
        for clause in node.named_children:
            if clause.type != "with_clause":
                continue
            for item in clause.named_children:
                value = item.child_by_field_id(grammar.VALUE)
                if value is not None and value.kind_id == _AS_PATTERN:
                    alias = value.child_by_field_id(grammar.ALIAS)
                    inner = children(value)
                    target = None if alias is None else self.bind(self.expression(alias))
                    items.append((self.expression(inner[0] if inner else None), target))
                elif value is not None:
                    items.append((self.expression(value), None))
        body = self.block(node.child_by_field_id(grammar.BODY))
        out.append(ir.With(node.start_byte, node.end_byte, tuple(items), body))

    def _match(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        subjects = [self.expression(one) for one in node.children_by_field_name("subject")]
        start, end = node.start_byte, node.end_byte
        subject = (
            subjects[0] if len(subjects) == 1
            else ir.Sequence(start, end, "tuple", tuple(subjects))
        )  # fmt: skip
        body = node.child_by_field_id(grammar.BODY)
        clauses = [] if body is None else children(body)
        cases = [self._case(child) for child in clauses if child.type == "case_clause"]
        out.append(ir.Match(start, end, subject, tuple(cases)))

    def _case(self, node: tree_sitter.Node) -> ir.Case:
        parts = [one for one in children(node) if one.type == "case_pattern"]
        patterns = tuple(self.pattern(one) for one in parts)
        pattern = (
            patterns[0]
            if len(patterns) == 1
            else ir.Pattern(node.start_byte, node.end_byte, "sequence", parts=patterns)
        )
        self.assigned.update(self.captured(pattern))
        clause = node.child_by_field_name("guard")
        guard = None if clause is None else self.expression(children(clause)[0])
        body = self.block(node.child_by_field_id(grammar.CONSEQUENCE))
        return ir.Case(node.start_byte, node.end_byte, pattern, guard, body)

    def _value_of(self, node: tree_sitter.Node) -> ir.Expression | None:
        parts = children(node)
        return self.expression(parts[0]) if parts else None

    def _return(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        out.append(ir.Return(node.start_byte, node.end_byte, self._value_of(node)))

    def _raise(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        out.append(ir.Raise(node.start_byte, node.end_byte, self._value_of(node)))

    def _assert(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        test = self._value_of(node)
        if test is not None:
            out.append(ir.Assert(node.start_byte, node.end_byte, test))

    def _break(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        out.append(ir.Jump(node.start_byte, node.end_byte, "break"))

    def _continue(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        out.append(ir.Jump(node.start_byte, node.end_byte, "continue"))

    def _delete(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        value = self._value_of(node)
        targets = value.items if isinstance(value, ir.Sequence) else (value,) if value else ()
        out.append(ir.Delete(node.start_byte, node.end_byte, tuple(targets)))

    def _import(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        for child in children(node):
            if child.type == "aliased_import":
                name = self._dots(child.child_by_field_id(grammar.NAME))
                alias_node = child.child_by_field_id(grammar.ALIAS)
                alias = "" if alias_node is None else self.text(alias_node)
                self._bind_import(node, out, name, alias)
            elif child.type == "dotted_name":
                name = self._dots(child)
                head = name.partition(".")[0]
                self._bind_import(node, out, head, head)
                if head != name:  # loads the submodule, binds nothing
                    out.append(ir.Import(node.start_byte, node.end_byte, name, ""))

    def _bind_import(
        self, node: tree_sitter.Node, out: list[ir.Statement], name: str, alias: str, level: int = 0
    ) -> None:
        self.assigned.add(alias)
        out.append(ir.Import(node.start_byte, node.end_byte, name, alias, level))

    def _dots(self, node: tree_sitter.Node | None) -> str:
        parts = (
            [] if node is None else [one for one in node.named_children if one.type == "identifier"]
        )
        return ".".join(self.text(one) for one in parts)

    def _import_from(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        source = node.child_by_field_id(grammar.MODULE_NAME)
        level, prefix = 0, ""
        if source is not None and source.type == "relative_import":
            for child in source.named_children:
                if child.type == "import_prefix":
                    level = self.text(child).count(".")
                else:
                    prefix = self._dots(child)
        else:
            prefix = self._dots(source)
        for child in node.named_children:
            if child.type == "wildcard_import":
                out.append(ir.Import(node.start_byte, node.end_byte, f"{prefix}.*", "*", level))
                continue
            alias_node = None
            name_node: tree_sitter.Node | None = child
            if child.type == "aliased_import":
                name_node = child.child_by_field_id(grammar.NAME)
                alias_node = child.child_by_field_id(grammar.ALIAS)
            elif child.type != "dotted_name" or child == source:
                continue
            name = self._dots(name_node)
            alias = name if alias_node is None else self.text(alias_node)
            whole = f"{prefix}.{name}" if prefix else name
            self._bind_import(node, out, whole, alias, level)

    def _declare(self, node: tree_sitter.Node, out: list[ir.Statement], kind: str) -> None:
        names = tuple(self.text(one) for one in children(node))
        self.elsewhere.update(dict.fromkeys(names, kind))
        out.append(ir.Declare(node.start_byte, node.end_byte, kind, names))

    def _global(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        self._declare(node, out, "global")

    def _nonlocal(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        self._declare(node, out, "nonlocal")

    def _decorated(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        decorators = tuple(
            self.expression(children(one)[0])
            for one in node.named_children
            if one.kind_id == _DECORATOR and children(one)
        )
        inner: list[ir.Statement] = []
        definition = node.child_by_field_id(grammar.DEFINITION)
        if definition is not None:
            self.statement(definition, inner)
        for one in inner:
            if isinstance(one, (ir.Function, ir.Class)):
                one.decorators = decorators
        out.extend(inner)

    def _function(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        name_node = node.child_by_field_id(grammar.NAME)
        name = "" if name_node is None else self.text(name_node)
        self.assigned.add(name)
        body, data, depth = node.child_by_field_id(grammar.BODY), self.data, self.depth

        def lower() -> ir.Lowered:
            inner = StatementLowering(data)
            inner.depth = depth  # a hostile text nests functions as it nests anything else
            block = inner.block(body)
            return ir.Lowered(
                block,
                frozenset(inner.assigned - set(inner.elsewhere)),
                inner.elsewhere,
                inner.yields,
            )

        returns = node.child_by_field_name("return_type")
        out.append(
            ir.Function(
                node.start_byte,
                node.end_byte,
                name,
                self.parameters(node.child_by_field_id(grammar.PARAMETERS)),
                ir.Body(lower),
                (),
                None if returns is None else self.expression(returns),
                node.children[0].type == "async",
            )
        )

    def _class(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        name_node = node.child_by_field_id(grammar.NAME)
        name = "" if name_node is None else self.text(name_node)
        self.assigned.add(name)
        bases: list[ir.Expression] = []
        given = node.child_by_field_id(grammar.SUPERCLASSES)
        if given is not None:
            self.arguments(given, bases, [])
        assigned = self.assigned
        self.assigned = set()  # the names of a class body are its own
        body = self.block(node.child_by_field_id(grammar.BODY))
        self.assigned = assigned
        out.append(ir.Class(node.start_byte, node.end_byte, name, tuple(bases), body))

    def _exec(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        start, end = node.start_byte, node.end_byte
        code = self.expression(node.child_by_field_name("code"))
        call = ir.Call(start, end, ir.Name(start, end, "exec"), (code,))
        out.append(ir.Evaluate(start, end, call))

    def _print(self, node: tree_sitter.Node, out: list[ir.Statement]) -> None:
        out.extend(
            ir.Evaluate(one.start_byte, one.end_byte, self.expression(one))
            for one in node.children_by_field_name("argument")
        )
