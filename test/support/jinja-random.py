#!/usr/bin/env python3
"""Makes random templates and writes, a line each, what Jinja 3 makes of them; jinja-differ.ts compares.

Needs Debian's python3-jinja2: /usr/bin/python3 test/support/jinja-random.py COUNT SEED > FILE.
Jinja is taught the deliberate differences first (JSON for lists and maps, lists for generators, one form of a
number, ...), so that whatever differs then is worth a look.
"""
import base64
import builtins
import copy
import datetime
import json
import math
import random
import re
import sys
import types

import jinja2
import jinja2.filters
import jinja2.runtime
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape

CONTEXT = {
    "name": "ada",
    "empty": "",
    "nothing": None,
    "yes": True,
    "no": False,
    "n": 7,
    "zero": 0,
    "neg": -7,
    "price": 2.5,
    "tags": ["x", "y", "z"],
    "nums": [3, 1, 2],
    "mixed": ["b", "A", "c", "a", "B"],
    "odd": [1, "a", None, True, [2], {"k": 1}, 2.5, ""],
    "none_at_all": [],
    "nested": [[1, 2], [3, 4], []],
    "obj": {"k": "v", "n": 1},
    "deep": {"a": {"b": ["zero", {"c": 1}], "d": None}, "e": [[1, [2]]]},
    "unsorted": {"b": 1, "a": 2, "C": 3, "d": 0},
    "text": "  Hello World  ",
    "words": "the quick brown fox jumps over the lazy dog",
    "csv": "p,q,,r",
    "html": "<b>&\"'</b>",
    "lines": "one\ntwo\n\n four\r\nfive",
    "unicode": "çé日本😀",
    "people": [
        {"name": "Bo", "age": 30, "city": "Rome", "ok": True, "tags": ["x"]},
        {"name": "al", "age": 20, "city": "oslo", "ok": False, "tags": []},
        {"name": "Cy", "age": 30, "city": "Oslo", "ok": True, "tags": ["y", "x"], "zip": "0150"},
    ],
    "tree": [{"t": "a", "sub": [{"t": "b", "sub": []}, {"t": "c", "sub": [{"t": "d", "sub": []}]}]}],
    "when": "2026-02-03T04:05:06Z",
}
PROMPTS = {
    "part": "[{{ name }}]",
    "loop": "{% for t in tags %}{{ t }}{% include 'part' %}{% endfor %}",
    "sets": "{% set inside = 1 %}{{ inside }}",
    "names": "<{{ x }}{{ y }}{{ n }}{% set x = 'set' %}{{ x }}>",
}

# ---- Jinja with our deliberate differences ----


def js_number(value):
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(float(value))
    match = re.match(r"^(-?)(\d)(?:\.(\d+))?e([-+])0*(\d+)$", text)
    if match is None:
        return text
    sign, first, rest, power, exponent = match.groups()
    if power == "-" and int(exponent) <= 6:
        return f"{sign}0.{'0' * (int(exponent) - 1)}{first}{rest or ''}"
    if power == "+" and int(exponent) < 21:
        digits = first + (rest or "")
        return sign + digits.ljust(int(exponent) + 1, "0")
    return f"{sign}{first}{'.' + rest if rest else ''}e{power}{exponent}"


def plain(value):
    """As JSON has it: lists for whatever can be gone through, one form of a number."""
    if isinstance(value, jinja2.Undefined) or value is None:
        return None
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {key_of(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, range, types.GeneratorType, map, filter)) or hasattr(value, "__iter__"):
        return [plain(item) for item in value]
    raise TypeError("no data")


def key_of(key):
    return key if isinstance(key, str) else show(key)


class Numbers(json.JSONEncoder):
    def iterencode(self, o, _one_shot=False):
        return json.encoder._make_iterencode(
            {}, self.default, json.encoder.encode_basestring_ascii if self.ensure_ascii else json.encoder.encode_basestring,
            self.indent, js_number, self.key_separator, self.item_separator, self.sort_keys, self.skipkeys, _one_shot)(o, 0)


def dumps(value, **options):
    return json.dumps(plain(value), cls=Numbers, **options)


def show(value):
    if isinstance(value, builtins.str):
        return builtins.str(value)
    if value is None or isinstance(value, jinja2.Undefined):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return js_number(value)
    if isinstance(value, jinja2.runtime.Macro) or callable(value):
        raise TypeError("no text")
    return dumps(value, ensure_ascii=False)


class ShownType(type):
    def __instancecheck__(cls, value):
        return isinstance(value, builtins.str)


class Shown(metaclass=ShownType):
    def __new__(cls, value=""):
        return show(value)


jinja2.filters.str = Shown
jinja2.filters.soft_str = show
jinja2.runtime.str_join = lambda parts: "".join(map(show, parts))


def number_of(value):
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.A):
            return float(text) if re.search(r"[.eE]", text) else int(text)
    return value


class Ours(SandboxedEnvironment):
    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def call_binop(self, context, operator, left, right):
        if isinstance(left, (int, float)) and isinstance(right, str):
            right = number_of(right)
        elif isinstance(right, (int, float)) and isinstance(left, str) and operator not in "%":
            left = number_of(left)
        if operator == "**" and (abs(left) > 1000 or abs(right) > 60):
            raise OverflowError
        if operator == "*" and any(isinstance(side, int) and side > 200 for side in (left, right)) and any(
            isinstance(side, (str, list)) for side in (left, right)):
            raise OverflowError
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, complex) or (isinstance(result, float) and not math.isfinite(result)):
            raise OverflowError
        if isinstance(result, (list, tuple)):
            return list(result)
        return plain(result) if isinstance(result, float) else result

    def getattr(self, obj, attribute):
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def listed(function):
    wrapped = lambda *args, **named: (lambda value: value if isinstance(value, str) else list(value))(function(*args, **named))
    for key in ("jinja_pass_arg",):
        if hasattr(function, key):
            setattr(wrapped, key, getattr(function, key))
    return wrapped


def strftime(value, format="%Y-%m-%d"):
    if isinstance(value, str):
        time = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    else:
        time = datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    if time.tzinfo is not None:
        time = time.astimezone(datetime.timezone.utc)
    return time.strftime(format)


def regex_replace(value, pattern, replacement="", ignorecase=False, multiline=False, count=0):
    flags = (re.I if ignorecase else 0) | (re.M if multiline else 0)
    return re.sub(pattern, replacement, show(value), count=count, flags=flags)


def urlencode(value):
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return jinja2.utils.url_quote(show(value))
    pairs = value.items() if isinstance(value, dict) else value
    quote = lambda part: jinja2.utils.url_quote(show(part), for_qs=True)
    return "&".join(f"{quote(key)}={quote(item)}" for key, item in pairs)


def tojson(value, indent=None):
    if isinstance(value, jinja2.Undefined):
        raise TypeError("undefined")
    text = dumps(value, indent=indent, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("'", "\\u0027")


def environment():
    env = Ours(
        loader=jinja2.DictLoader(PROMPTS),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        finalize=jinja2.pass_context(lambda context, value: show(value)),
        undefined=jinja2.ChainableUndefined,
        optimized=False,
    )
    for name in "map select reject selectattr rejectattr unique batch slice reverse items sort groupby dictsort list".split():
        env.filters[name] = listed(env.filters[name])
    for name in ("e", "escape", "forceescape"):
        env.filters[name] = lambda value: builtins.str(escape(show(value)))
    env.filters["safe"] = env.filters["string"] = show
    env.filters["tojson"] = tojson
    env.filters["urlencode"] = urlencode
    # undefined has every attribute here, so these two would find what they look for
    for name, method in (("escaped", "__html__"), ("callable", "__call__")):
        env.tests[name] = lambda value, test=env.tests[name]: not isinstance(value, jinja2.Undefined) and test(value)
    for name in ("round", "float", "sum", "abs", "default", "d"):
        env.filters[name] = numbered(env.filters[name])
    env.filters["b64encode"] = lambda text: base64.b64encode(show(text).encode()).decode()
    env.filters["b64decode"] = lambda text: base64.b64decode(show(text)).decode()
    env.filters["fromjson"] = json.loads
    env.filters["regex_replace"] = regex_replace
    env.filters["strftime"] = strftime
    env.globals["range"] = lambda *args: list(range(*args))
    return env


def numbered(function):
    wrapped = lambda *args, **named: (lambda value: plain(value) if isinstance(value, float) else value)(function(*args, **named))
    if hasattr(function, "jinja_pass_arg"):
        wrapped.jinja_pass_arg = function.jinja_pass_arg
    return wrapped


# ---- the grammar ----

TEXTS = [
    "a", "ab", "Abc", "hello wORLD", "x-y_z", "a,b,c", " pad ", "", "aXbXc", "it's", "%s", "ß", "İstanbul", "ﬁn", "ǆ",
    "e\u0301a", "👩‍💻 code", "tab\there", "\u00a0nbsp\u00a0", "line\nbreak", "UPPER", "12a", "naïve café", "<i>&</i>", "日本",
    "٣", "aaa", "don't stop-me now", "(one) [two] {three}", "Σίσυφος", "1st 2nd", "a.b.c", "--x--", "x\u2028y", "\x1fq", "ŉ", "ª½²",
]
CHARS = ["a", "b", ",", " ", "-", "x", "X", "e", "o", "é", "l", ".", "xy", "\n", "", "😀", "an"]
NAMES = {
    "text": ["name", "empty", "text", "words", "csv", "html", "lines", "unicode", "obj.k", "people[0].name", "tags[1]", "mixed.0"],
    "int": ["n", "zero", "neg", "nums[0]", "people[1].age", "obj.n", "loop.index"],
    "float": ["price"],
    "bool": ["yes", "no", "people[0].ok"],
    "none": ["nothing", "none", "deep.a.d"],
    "missing": ["missing", "obj.zzz", "people[0].zip", "missing.deep", "tags[9]"],
    "numbers": ["nums", "nested[0]", "[1, 2, 3]", "[5, -1, 2.5]", "[true, 0, 3]", "range(4)", "[0.1, 0.2]"],
    "texts": ["tags", "mixed", "['b', 'a', 'B']", "['', ' ', 'x']", "['é', 'e', '日']", "['a', 'A', 'a']"],
    "list": ["odd", "none_at_all", "nested", "[none, missing, 1]", "[[1, 'a'], [1, 'B']]", "[{}, [], '']", "tags", "nums"],
    "maps": ["people", "people", "[obj, {'k': 'a', 'n': 2}]", "[{'a': 1}, {}]"],
    "map": ["obj", "unsorted", "deep", "{}", "{'a': 1, 'b': [2]}", "people[2]", "{'1': 'x', 'B': 'y'}", "{'q': none}"],
}
KINDS = list(NAMES)


class Grammar:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.loops = 0

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, share):
        return self.random.random() < share

    def quoted(self, text):
        quote = self.pick("'\"")
        escaped = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
        if self.chance(0.5):
            escaped = escaped.replace("\n", "\\n")
        return quote + escaped + quote

    def any(self, depth):
        return self.value(self.pick(KINDS), depth)

    def value(self, kind, depth):
        """An expression that mostly gives such a value."""
        if self.chance(0.04):
            kind = self.pick(KINDS)
        if depth <= 0 or self.chance(0.35):
            return self.leaf(kind)
        makers = GIVES.get(kind, [])
        roll = self.random.random()
        if roll < 0.5 and makers:
            return self.use(self.pick(makers), depth - 1)
        if roll < 0.56:
            return f"({self.value(kind, depth - 1)} if {self.condition(depth - 1)} else {self.value(kind, depth - 1)})"
        if roll < 0.60:
            return f"({self.any(depth - 1)} {self.pick(['or', 'and'])} {self.value(kind, depth - 1)})"
        if roll < 0.64:
            return f"({self.value(kind, depth - 1)}){self.subscript(depth - 1)}"
        return self.operation(kind, depth - 1)

    def leaf(self, kind):
        if self.chance(0.45):
            if kind == "text":
                return self.quoted(self.pick(TEXTS))
            if kind == "int":
                return str(self.random.randint(-4, 12)) if self.chance(0.9) else self.pick(["100", "1000000", "-0", "0x1f", "1_0"])
            if kind == "float":
                return self.pick(["0.5", "1.25", "2.675", "-3.7", "1e-7", "123456.789", "0.1", "1e22", "99.995", "-0.5", "1.5"])
            if kind == "bool":
                return self.pick(["true", "false", "True", "False"])
        name = self.pick(NAMES[kind])
        return name if name != "loop.index" or self.loops else "n"

    def operation(self, kind, depth):
        if kind == "text":
            return self.pick([
                lambda: f"{self.value('text', depth)} ~ {self.any(depth)}",
                lambda: f"{self.value('text', depth)} + {self.value('text', depth)}",
                lambda: f"{self.value('text', depth)} * {self.random.randint(-1, 4)}",
                lambda: f"{self.value('text', depth)}[{self.index()}]" if False else f"({self.value('text', depth)})[{self.index()}]",
                lambda: f"{self.quoted(self.pick(PERCENTS))} % {self.pick([self.value('int', depth), self.value('float', depth), '(' + self.value('text', depth) + ')'])}",
            ])()
        if kind in ("int", "float", "numbers") and kind != "numbers":
            sign = self.pick(["", "", "", "-", "+"])
            left, right = self.value(self.pick(["int", kind]), depth), self.value(self.pick(["int", kind]), depth)
            return f"{sign}({left}) {self.pick(['+', '-', '*', '/', '//', '%', '**'])} {right}" if self.chance(0.5) else f"{sign}{left} {self.pick(['+', '-', '*', '//', '%'])} ({right})"
        if kind == "bool":
            return self.condition(depth)
        if kind in ("numbers", "texts", "list", "maps"):
            return self.pick([
                lambda: f"({self.value(kind, depth)})[{self.index()}]",
                lambda: f"({self.value(kind, depth)} + {self.value(kind, depth)})",
                lambda: f"[{', '.join(self.any(depth - 1) for _ in range(self.random.randint(0, 3)))}]",
                lambda: f"({self.value(kind, depth)} * {self.random.randint(0, 3)})",
            ])()
        if kind == "map":
            return "{" + ", ".join(f"{self.quoted(self.pick(['a', 'b', 'k', 'é']))}: {self.any(depth - 1)}" for _ in range(self.random.randint(0, 3))) + "}"
        return self.leaf(kind)

    def index(self):
        if self.chance(0.3):
            return str(self.random.randint(-5, 5))
        part = lambda: self.pick(["", "", str(self.random.randint(-5, 6)), "n", "none"])
        step = self.pick(["", "", f":{self.pick(['', '1', '2', '-1', '-2', '3'])}"])
        return f"{part()}:{part()}{step}"

    def subscript(self, depth):
        return self.pick([
            lambda: f"[{self.index()}]",
            lambda: f".{self.pick(['k', 'n', 'a', 'name', 'zzz'])}",
            lambda: f"[{self.quoted(self.pick(['k', 'a', 'zzz']))}]",
            lambda: f".{self.random.randint(0, 2)}",
        ])()

    def condition(self, depth):
        kind = self.pick(KINDS)
        return self.pick([
            lambda: f"{self.value(kind, depth)} {self.pick(['==', '!=', '<', '<=', '>', '>='])} {self.value(kind, depth)}",
            lambda: f"{self.any(depth)} {self.pick(['==', '!='])} {self.any(depth)}",
            lambda: f"{self.any(depth)} {self.pick(['in', 'not in'])} {self.value(self.pick(['list', 'text', 'map', 'texts', 'numbers']), depth)}",
            lambda: f"not {self.any(depth)}",
            lambda: f"{self.any(depth)} {self.pick(['and', 'or'])} {self.condition(depth - 1) if depth > 0 else 'yes'}",
            lambda: self.test(depth),
            lambda: self.test(depth),
            lambda: f"{self.value('int', depth)} < {self.value('int', depth)} {self.pick(['<', '<=', '==', '!='])} {self.value('int', depth)}",
            lambda: self.leaf("bool"),
        ])()

    def test(self, depth):
        name = self.pick(list(TESTS))
        operand = f"({self.any(depth)})" if self.chance(0.5) else self.leaf(self.pick(KINDS))
        argument = TESTS[name]
        negated = self.pick(["is", "is", "is not"])
        if argument is None:
            return f"{operand} {negated} {name}"
        value = self.value(argument, depth) if argument != "any" else self.any(depth)
        return f"{operand} {negated} {name}({value})"

    def use(self, maker, depth):
        form, name, operand, parameters = maker
        subject = self.any(depth) if operand == "any" else self.value(operand, depth)
        arguments = self.arguments(parameters, depth)
        if form == "method":
            return f"({subject}).{name}({arguments})"
        return f"({subject})|{name}" + (f"({arguments})" if arguments or self.chance(0.1) else "")

    def arguments(self, parameters, depth):
        given = []
        named_from = self.random.randint(0, len(parameters) + 2)
        for position, (name, kind, needed) in enumerate(parameters):
            if not needed and self.chance(0.45):
                if self.chance(0.6):
                    break
                named_from = min(named_from, position)
                continue
            value = self.argument(kind, depth)
            if position >= named_from and name is not None:
                given.append(f"{name}={value}")
            else:
                given.append(value)
        return ", ".join(given)

    def argument(self, kind, depth):
        if callable(kind):
            return kind(self)
        if kind == "char":
            return self.quoted(self.pick(CHARS))
        if kind == "small":
            return str(self.random.randint(-2, 12)) if self.chance(0.95) else self.pick(["none", "n", "2.5"])
        if kind == "any":
            return self.any(depth)
        return self.value(kind, depth)

    # statements

    def space(self):
        return self.pick(["", " ", "\n", "  ", "\n  ", "a ", " b", "\n\n", "t\n", "\r\n"])

    def tag(self, inside):
        before, after = self.pick(["", "", "", "-", "+"]), self.pick(["", "", "", "-"])
        return f"{{%{before} {inside} {after}%}}"

    def output(self, depth):
        before, after = self.pick(["", "", "", "-"]), self.pick(["", "", "", "-"])
        return f"{{{{{before} {self.any(depth)} {after}}}}}"

    def body(self, depth):
        return "".join(self.space() + self.statement(depth) for _ in range(self.random.randint(1, 2))) + self.space()

    def statement(self, depth):
        if depth <= 0:
            return self.output(1)
        return self.pick([
            lambda: self.output(2), lambda: self.output(2), lambda: self.branch(depth), lambda: self.loop(depth), lambda: self.loop(depth),
            lambda: self.assign(depth), lambda: self.macro(depth), lambda: self.other(depth),
        ])()

    def branch(self, depth):
        parts = [self.tag(f"if {self.condition(1)}"), self.body(depth - 1)]
        for _ in range(self.pick([0, 0, 1])):
            parts += [self.tag(f"elif {self.condition(1)}"), self.body(depth - 1)]
        if self.chance(0.5):
            parts += [self.tag("else"), self.body(depth - 1)]
        return "".join(parts) + self.tag("endif")

    def loop(self, depth):
        kind = self.pick(["texts", "numbers", "list", "maps", "text", "map", "pairs", "tree"])
        self.loops += 1
        member = self.pick("index index0 revindex revindex0 first last length previtem nextitem depth".split())
        inside = self.pick([
            lambda: self.body(depth - 1),
            lambda: "{{ loop." + member + " }}" + self.body(depth - 1),
            lambda: "{{ loop.cycle('a', 'b', 3) }}",
            lambda: "{% if loop.changed(t) %}{{ t }}{% endif %}",
            lambda: "{% if " + self.condition(1) + " %}{% " + self.pick(["break", "continue"]) + " %}{% endif %}{{ t }}",
            lambda: "{{ t }}{{ ', ' if not loop.last }}",
            lambda: "{% set x = loop.index %}{{ x }}",
        ])()
        if kind == "tree":
            text = "{% for node in tree recursive %}{{ node.t }}{{ loop.depth }}" + inside.replace("{{ t }}", "{{ node.t }}") + "{% if node.sub %}({{ loop(node.sub) }}){% endif %}{% endfor %}"
            self.loops -= 1
            return text
        if kind == "pairs":
            pairs = self.pick(["obj.items()", "unsorted|dictsort", "unsorted|items", "[[1, 2], [3, 4]]", "people|groupby('city')", "people|groupby('age')", "[['a', none]]"])
            head = f"for t, u in {pairs}"
            inside += "{{ u }}"
        else:
            head = f"for t in {self.value(kind, 1)}"
        if self.chance(0.25):
            head += f" if {self.pick(CONDITIONS)}"
        otherwise = self.tag("else") + self.space() if self.chance(0.3) else ""
        text = self.tag(head) + inside + otherwise + self.tag("endfor")
        self.loops -= 1
        return text

    def assign(self, depth):
        name = self.pick(["x", "y", "name", "t", "n"])
        return self.pick([
            lambda: self.tag(f"set {name} = {self.any(2)}") + "{{ " + name + " }}",
            lambda: self.tag(f"set {name}") + self.body(depth - 1) + self.tag("endset") + "[{{ " + name + " }}]",
            lambda: self.tag(f"set {name} | {self.pick(['upper', 'trim', 'length', 'title'])}") + self.body(depth - 1) + self.tag("endset") + "[{{ " + name + " }}]",
            lambda: self.tag(f"set x, y = {self.value('int', 1)}, {self.value('text', 1)}") + "{{ x }}{{ y }}",
            lambda: "{% set ns = namespace(v=" + self.value("int", 1) + ") %}{% for t in nums %}{% set ns.v = ns.v + t %}{% endfor %}{{ ns.v }}",
            lambda: self.tag(f"with {name} = {self.any(1)}") + "{{ " + name + " }}" + self.body(depth - 1) + self.tag("endwith"),
            lambda: "{% set l = [] %}{% for t in " + self.value("texts", 1) + " %}{% do l." + self.pick(["append(t)", "insert(0, t)", "extend([t, t])"]) + " %}{% endfor %}{{ l }}",
            lambda: "{% set l = " + self.pick(["[3, 1, 2]", "tags|list", "['a', 'b']", "[1, 2] + [3]"]) + " %}{% do l." + self.pick(["reverse()", "sort()", "clear()", "pop()", "remove(1)", "insert(-1, 9)", "insert(9, 0)", "sort(reverse=true)", "pop(0)", "append([1])"]) + " %}{{ l }}",
            lambda: "{% set m = {'a': 1, 'b': 2} %}{{ m." + self.pick(["pop('a')", "pop('z', 5)", "pop('z')", "setdefault('c', 3)", "get('a')", "update({'z': 1})", "update([['k', 'v']])", "update(a=5)", "clear()", "popitem()"]) + " }}{{ m }}",
        ])()

    def macro(self, depth):
        body = self.pick(["{{ a }}{{ b }}", "{{ a|upper }}{{ varargs }}", "{{ a }}{{ kwargs }}", "{{ caller() if caller }}{{ a }}", "{{ a }}" + self.body(depth - 1)])
        call = self.pick(["m(1)", "m('x', 2)", "m(b=3, a=4)", "m()", "m(*[1, 2])", "m(**{'a': 5})", "m(1, 2, 3)", "m(1, z=2)", "m(nothing)", "m(missing)", "m(1)|upper", "m(a=none)"])
        head = self.pick(["macro m(a, b=2)", "macro m(a='d', b=a)", "macro m(a, b=name)"])
        if self.chance(0.3):
            return "{% macro m(a) %}<{{ caller(" + self.pick(["", "a", "1"]) + ") }}>{{ a }}{% endmacro %}" + self.tag(self.pick(["call m(1)", "call(q) m('x')", "call(q=5) m()"])) + "{{ q }}" + self.space() + self.tag("endcall")
        return "{% " + head + " %}" + body + "{% endmacro %}{{ " + call + " }}"

    def other(self, depth):
        return self.pick([
            lambda: self.tag(f"filter {self.pick(['upper', 'trim', 'title', 'length', 'replace(%s)' % repr('a').join(['', ', ']) if False else 'indent', 'capitalize|reverse'])}") + self.body(depth - 1) + self.tag("endfilter"),
            lambda: self.tag("raw") + self.space() + self.pick(["{{ x }}", "{% if %}", "{# a #}", "}}"]) + self.space() + self.tag("endraw"),
            lambda: "{#" + self.pick(["", "-"]) + self.pick([" c ", "", " {{ x }} ", "#"]) + self.pick(["", "-"]) + "#}",
            lambda: self.tag(f"include {self.pick([repr('part'), repr('loop'), repr('sets'), repr('nope') + ' ignore missing', '[' + repr('nope') + ', ' + repr('part') + ']', repr('part') + ' without context'])}"),
            lambda: "{% set c = cycler(" + self.any(0) + ", 2) %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}",
            lambda: "{% set j = joiner(" + self.pick(["", "'|'", "sep='/'"]) + ") %}{{ j() }}a{{ j() }}b{{ j() }}",
            lambda: "{{ dict(a=" + self.any(1) + ", **{'b': 1}) }}",
            lambda: self.tag(f"do {self.any(1)}"),
        ])()

    # what a name means where

    def program(self, depth):
        # read first: in a block Jinja forgets a name of the scope that is set further down outside of it
        return "{{ x }}{{ y }}{{ n }}{{ name }};" + "".join(self.step(depth) for _ in range(self.random.randint(2, 4)))

    def shown(self):
        return "".join("{{ " + name + " }}" + self.pick([",", " ", ""]) for name in self.random.sample(["x", "y", "n", "name"], 2))

    def number(self):
        return self.pick(["1", "2", "x", "y", "n", "[x, 1]|first", "(x or 0) + 1", "y|default(5)", "name", "missing"])

    def step(self, depth):
        name = self.pick(["x", "y", "n", "name"])
        if depth <= 0:
            return self.pick([lambda: self.shown(), lambda: "{% set " + name + " = " + self.number() + " %}"])()
        inside = lambda: self.program(depth - 1)
        return self.pick([
            self.shown,
            self.shown,
            lambda: "{% set " + name + " = " + self.number() + " %}" + self.shown(),
            lambda: "{% set z, " + name + " = " + self.number() + ", " + self.number() + " %}" + self.shown(),
            lambda: "{% if " + self.pick(["yes", "no", name, "not " + name]) + " %}" + inside() + self.pick(["", "{% else %}" + inside()]) + "{% endif %}",
            lambda: "{% for " + name + " in " + self.pick(["nums", "[1, 2]", "[]", "tags", "[" + self.number() + "]"]) + self.pick(["", " if " + name, " if loop.index", " if y"]) + " %}" + inside() + self.pick(["", "{% else %}" + inside()]) + "{% endfor %}",
            lambda: "{% for " + name + " in nums %}{% if " + name + " == 1 %}{% " + self.pick(["break", "continue"]) + " %}{% endif %}" + inside() + "{% else %}" + inside() + "{% endfor %}",
            lambda: "{% with " + name + " = " + self.number() + self.pick(["", ", y = " + self.number()]) + " %}" + inside() + "{% endwith %}",
            lambda: "{% macro m" + str(depth) + "(" + self.pick(["", name, name + "=" + self.number(), "q, " + name + "=q"]) + ") %}" + inside() + "{% endmacro %}" + self.pick(["", self.shown()]) + "{{ m" + str(depth) + "(" + self.pick(["", self.number()]) + ") }}",
            lambda: "{% macro c() %}(" + self.pick(["{% set x = 3 %}", "", "{% for x in [8, 9] %}"]).replace("{% for x in [8, 9] %}", "") + "{{ caller(" + self.pick(["", "x"]) + ") }})" + "{% endmacro %}{% call" + self.pick(["", "(x)", "(y=4)"]) + " c() %}" + inside() + "{% endcall %}",
            lambda: "{% set q" + str(depth) + " %}" + inside() + "{% endset %}[{{ q" + str(depth) + " }}]",
            lambda: "{% filter " + self.pick(["upper", "trim"]) + " %}" + inside() + "{% endfilter %}",
            lambda: "{% include " + self.pick(["'names'", "'sets'"]) + " %}" + self.shown(),
            lambda: "{% set ns = namespace(x=" + self.number() + ") %}{% for x in nums %}{% set ns.x = ns.x ~ x %}" + inside() + "{% endfor %}{{ ns.x }}",
        ])()

    def template(self):
        roll = self.random.random()
        if roll < 0.12:
            return self.program(self.pick([1, 2, 2, 3]))
        roll = (roll - 0.12) / 0.88
        if roll < 0.55:
            return "{{ " + self.any(1) + " }}" if self.chance(0.3) else "{{ " + self.use(self.pick(MAKERS), self.pick([0, 0, 1])) + " }}"
        if roll < 0.62:
            return "{{ " + self.condition(1) + " }}"
        if roll < 0.78:
            return "{{ " + self.any(3) + " }}"
        return self.body(self.pick([1, 1, 2]))


CONDITIONS = ["t", "not t", "t != 'a'", "t is string", "t is defined"]
PERCENTS = ["%s", "%d", "%5d", "%-5d|", "%05d", "%+d", "%x", "%.2f", "%e", "%g", "%8.3f", "%%", "%s-%s", "%i", "% d", "%o", "%X", "%#x", "%c", "%.1s", "%5s", "%G", "%E", "%.0f", "%*d"]
SPECS = ["", ":d", ":>5", ":<5", ":^5", ":05", ":,", ":.2f", ":+", ":x", ":b", ":e", ":g", ":%", ":*^7", ":_", ":.3", ":n", ":c", ":#x", ":s", "!s", ":08.2f", ":-<6", ": d", ":E", ":o", ":X", ":,.1f"]
FORMATS = lambda g: "".join(g.pick(["", "a", "{{", "}}"]) + "{" + g.pick(["", "", "0", "1", "x"]) + g.pick(SPECS) + "}" for _ in range(g.random.randint(1, 2)))
WORD = lambda options: lambda g: g.quoted(g.pick(options))
ATTRIBUTE = WORD(["name", "age", "city", "tags", "zip", "k", "ok", "tags.0", "age,name", "city,age"])
PATTERNS = WORD(["a", "[0-9]+", "\\s+", "(\\w)(\\w)", "^", "$", "\\b", "x*", "(?P<q>o)", "[^a-z]", ".", "a|b", "\\W", "(?:an)+", "o{1,2}", "é", "\\d", "(?i)A", "\\.", "l+?", "^.", "\\S+$", ""])
REPLACEMENTS = WORD(["", "-", "<\\1>", "\\2\\1", "\\g<0>", "\\g<1>", "\\g<q>", "\\n", "\\\\", "$1", "&"])
FORMAT_TIMES = WORD(["%Y-%m-%d", "%H:%M:%S", "%A %d %B %y", "%I %p", "%j %U %W %w %u", "%a %b %%", "%e|%-d|%-m", "%F %T", "%D", "%c", "%x %X", "%s", "%f", "%Z%z", "%G-W%V", "%C", "%l|%k", "%n%t", "%h", "%R", "%r", "plain", "%"])
TIMES = WORD(["2026-02-03T04:05:06Z", "2024-02-29", "2024-12-31 23:59:59+02:00", "1969-12-31T23:59:59Z", "2021-01-03", "2020-12-31T12:00:00.250Z"])
PREDICATE = WORD(["odd", "even", "string", "number", "none", "defined", "lower", "mapping", "true", "sequence", "integer"])
COMPARED = WORD(["eq", "gt", "lt", "in", "ne", ">", "==", "divisibleby", "sameas", "ge", "<="])
MAPPED = WORD(["upper", "length", "string", "first", "abs", "int", "trim", "sum", "list", "title", "tojson", "float", "last", "e"])

# (parameter, kind of value, is needed)
FILTERS = [
    ("abs", "int", [], "int"), ("abs", "float", [], "float"),
    ("batch", "list", [("linecount", "small", True), ("fill_with", "any", False)], "list"),
    ("capitalize", "text", [], "text"), ("title", "text", [], "text"), ("upper", "text", [], "text"), ("lower", "text", [], "text"),
    ("center", "text", [("width", "small", False)], "text"),
    ("default", "any", [("default_value", "any", False), ("boolean", "bool", False)], "list"), ("d", "missing", [("default_value", "text", True)], "text"),
    ("dictsort", "map", [("case_sensitive", "bool", False), ("by", WORD(["key", "value"]), False), ("reverse", "bool", False)], "list"),
    ("e", "any", [], "text"), ("escape", "text", [], "text"), ("forceescape", "any", [], "text"),
    ("filesizeformat", "int", [("binary", "bool", False)], "text"), ("filesizeformat", "float", [], "text"),
    ("first", "list", [], "text"), ("last", "list", [], "text"), ("first", "text", [], "text"), ("last", "text", [], "text"), ("first", "map", [], "text"), ("last", "map", [], "text"),
    ("float", "any", [("default", "float", False)], "float"), ("float", "text", [], "float"),
    ("format", WORD(PERCENTS), [(None, "any", False), (None, "any", False)], "text"),
    ("groupby", "maps", [("attribute", ATTRIBUTE, True), ("default", "text", False), ("case_sensitive", "bool", False)], "list"),
    ("indent", "text", [("width", "small", False), ("first", "bool", False), ("blank", "bool", False)], "text"),
    ("int", "any", [("default", "int", False), ("base", lambda g: g.pick(["2", "8", "10", "16", "0", "36"]), False)], "int"),
    ("int", WORD(["12", " 7 ", "0x1f", "1e3", "-5", "3.9", "+4", "1_0", "0b1", "0o7", "٣", "ff", "", "1__0", "_1", "inf", "nan", "--1", "1 2", "007"]), [("default", "int", False), ("base", lambda g: g.pick(["2", "8", "10", "16", "0", "36"]), False)], "int"),
    ("float", WORD(["12", " 7 ", "0x1f", "1e3", "-5", "3.9", "+4", "1_0.5", ".5", "5.", "٣", "", "inf", "nan", "infinity", "1e-3", "-.5e1", "1 2"]), [("default", "float", False)], "float"),
    ("items", "map", [], "list"),
    ("join", "texts", [("d", "char", False)], "text"), ("join", "list", [("d", "char", False)], "text"), ("join", "maps", [("d", "char", True), ("attribute", ATTRIBUTE, True)], "text"), ("join", "text", [("d", "char", False)], "text"), ("join", "any", [("d", "any", False)], "text"),
    ("length", "any", [], "int"), ("count", "list", [], "int"), ("length", "text", [], "int"),
    ("list", "any", [], "list"), ("list", "text", [], "texts"), ("list", "map", [], "texts"),
    ("map", "texts", [(None, MAPPED, True)], "list"), ("map", "list", [(None, MAPPED, True)], "list"), ("map", "maps", [("attribute", ATTRIBUTE, True)], "list"),
    ("map", "texts", [(None, WORD(["replace"]), True), (None, "char", True), (None, "char", True)], "texts"), ("map", "list", [(None, WORD(["default"]), True), (None, "any", True)], "list"),
    ("max", "numbers", [], "int"), ("min", "numbers", [], "int"), ("max", "texts", [("case_sensitive", "bool", False)], "text"), ("min", "texts", [("case_sensitive", "bool", False)], "text"), ("max", "maps", [("attribute", ATTRIBUTE, True)], "map") , ("min", "list", [], "list"), ("max", "map", [], "text"),
    ("regex_replace", "text", [("pattern", PATTERNS, True), ("replacement", REPLACEMENTS, True), ("ignorecase", "bool", False), ("multiline", "bool", False), ("count", lambda g: g.pick(["0", "1", "2"]), False)], "text"),
    ("reject", "list", [(None, PREDICATE, False)], "list"), ("select", "list", [(None, PREDICATE, False)], "list"), ("select", "numbers", [(None, COMPARED, True), (None, "any", True)], "numbers"), ("reject", "numbers", [(None, COMPARED, True), (None, "int", True)], "numbers"), ("select", "map", [], "list"),
    ("rejectattr", "maps", [(None, ATTRIBUTE, True), (None, PREDICATE, False)], "maps"), ("selectattr", "maps", [(None, ATTRIBUTE, True), (None, COMPARED, False), (None, "any", False)], "maps"),
    ("replace", "text", [("old", "char", True), ("new", "char", True), ("count", "small", False)], "text"), ("replace", "any", [("old", "any", True), ("new", "any", True)], "text"),
    ("reverse", "list", [], "list"), ("reverse", "text", [], "text"), ("reverse", "map", [], "list"), ("reverse", "any", [], "list"),
    ("round", "float", [("precision", "small", False), ("method", WORD(["common", "ceil", "floor"]), False)], "float"), ("round", "int", [("precision", "small", False), ("method", WORD(["common", "ceil", "floor"]), False)], "int"),
    ("safe", "any", [], "text"), ("string", "any", [], "text"),
    ("slice", "list", [("slices", "small", True), ("fill_with", "any", False)], "list"),
    ("sort", "numbers", [("reverse", "bool", False)], "numbers"), ("sort", "texts", [("reverse", "bool", False), ("case_sensitive", "bool", False)], "texts"), ("sort", "maps", [("reverse", "bool", False), ("case_sensitive", "bool", False), ("attribute", ATTRIBUTE, True)], "maps"), ("sort", "list", [], "list"), ("sort", "text", [], "texts"), ("sort", "map", [], "texts"),
    ("strftime", TIMES, [("format", FORMAT_TIMES, False)], "text"), ("strftime", "int", [("format", FORMAT_TIMES, True)], "text"),
    ("sum", "numbers", [("start", "int", False)], "int"), ("sum", "maps", [("attribute", ATTRIBUTE, False)], "int"), ("sum", "list", [], "int"), ("sum", "numbers", [("start", "float", False)], "float"),
    ("tojson", "any", [("indent", lambda g: g.pick(["0", "1", "2", "4", "none"]), False)], "text"),
    ("trim", "text", [("chars", "char", False)], "text"),
    ("truncate", "text", [("length", lambda g: str(g.random.randint(2, 30)), False), ("killwords", "bool", False), ("end", "char", False), ("leeway", lambda g: g.pick(["0", "1", "5", "none"]), False)], "text"),
    ("unique", "list", [], "list"), ("unique", "texts", [("case_sensitive", "bool", False)], "texts"), ("unique", "maps", [("attribute", ATTRIBUTE, True)], "maps"), ("unique", "text", [], "texts"),
    ("urlencode", "any", [], "text"), ("urlencode", "text", [], "text"), ("urlencode", "map", [], "text"),
    ("wordcount", "text", [], "int"), ("b64encode", "any", [], "text"), ("b64decode", WORD(["aGk=", "w6k=", "YQ==", "", "YWJj"]), [], "text"),
    ("fromjson", WORD(["[1, 2]", "{\"a\": 1}", "null", "true", "1.5", "\"q\"", " [] ", "{", "nope", "1e2", "[1,]", "01"]), [], "list"),
    ("attr", "map", [(None, WORD(["zzz"]), True)], "missing"),
]
METHODS = [
    ("upper", "text", [], "text"), ("lower", "text", [], "text"), ("capitalize", "text", [], "text"), ("title", "text", [], "text"), ("swapcase", "text", [], "text"), ("casefold", "text", [], "text"),
    ("strip", "text", [(None, "char", False)], "text"), ("lstrip", "text", [(None, "char", False)], "text"), ("rstrip", "text", [(None, "char", False)], "text"),
    ("split", "text", [("sep", "char", False), ("maxsplit", "small", False)], "texts"), ("rsplit", "text", [("sep", "char", False), ("maxsplit", "small", False)], "texts"), ("split", "text", [("sep", lambda g: "none", True), ("maxsplit", "small", True)], "texts"), ("rsplit", "text", [("sep", lambda g: "none", True), ("maxsplit", "small", True)], "texts"),
    ("splitlines", "text", [("keepends", "bool", False)], "texts"), ("join", "text", [(None, "texts", True)], "text"),
    ("replace", "text", [(None, "char", True), (None, "char", True), (None, "small", False)], "text"),
    ("startswith", "text", [(None, "char", True), (None, "small", False), (None, "small", False)], "bool"), ("endswith", "text", [(None, "char", True), (None, "small", False), (None, "small", False)], "bool"),
    ("find", "text", [(None, "char", True), (None, "small", False), (None, "small", False)], "int"), ("rfind", "text", [(None, "char", True), (None, "small", False), (None, "small", False)], "int"), ("index", "text", [(None, "char", True), (None, "small", False)], "int"), ("rindex", "text", [(None, "char", True)], "int"),
    ("count", "text", [(None, "char", True), (None, "small", False), (None, "small", False)], "int"),
    *[(name, "text", [], "bool") for name in "isdigit isdecimal isnumeric isalpha isalnum isspace isascii islower isupper istitle isidentifier isprintable".split()],
    ("zfill", "text", [(None, "small", True)], "text"), ("center", "text", [(None, "small", True), (None, "char", False)], "text"), ("ljust", "text", [(None, "small", True), (None, "char", False)], "text"), ("rjust", "text", [(None, "small", True), (None, "char", False)], "text"),
    ("partition", "text", [(None, "char", True)], "list"), ("rpartition", "text", [(None, "char", True)], "list"), ("removeprefix", "text", [(None, "char", True)], "text"), ("removesuffix", "text", [(None, "char", True)], "text"),
    ("expandtabs", "text", [("tabsize", "small", False)], "text"),
    ("items", "map", [], "list"), ("keys", "map", [], "list"), ("values", "map", [], "list"), ("get", "map", [(None, WORD(["k", "a", "zzz"]), True), (None, "any", False)], "text"), ("copy", "map", [], "map"),
    ("index", "list", [(None, "any", True), (None, "small", False)], "int"), ("count", "list", [(None, "any", True)], "int"), ("copy", "list", [], "list"),
]


def formatted(g, depth):
    return f"{g.quoted(FORMATS(g))}.format({', '.join(g.any(0) for _ in range(g.random.randint(1, 2)))}{g.pick(['', ', x=' + g.any(0)])})"


MAKERS = [("filter", name, operand, parameters) for name, operand, parameters, _ in FILTERS]
MAKERS += [("method", name, operand, parameters) for name, operand, parameters, _ in METHODS]
GIVES = {}
for (name, operand, parameters, result), maker in zip(FILTERS + METHODS, MAKERS):
    GIVES.setdefault(result, []).append(maker)
for _ in range(4):
    MAKERS.append(("format", "format", None, None))

TESTS = {
    "boolean": None, "callable": None, "defined": None, "divisibleby": "int", "eq": "any", "equalto": "any", "escaped": None, "even": None, "false": None,
    "filter": None, "float": None, "ge": "int", "gt": "text", "in": "list", "integer": None, "iterable": None, "le": "int", "lower": None, "lt": "int",
    "mapping": None, "ne": "any", "none": None, "number": None, "odd": None, "sameas": "bool", "sequence": None, "string": None, "test": None, "true": None, "undefined": None, "upper": None,
}
_use = Grammar.use


def use(self, maker, depth):
    if maker[0] == "format":
        return formatted(self, depth)
    form, name, operand, parameters = maker
    if callable(operand):
        arguments = self.arguments(parameters, depth)
        return f"{operand(self)}|{name}" + (f"({arguments})" if arguments else "")
    return _use(self, maker, depth)


Grammar.use = use


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    env = environment()
    grammar = Grammar(seed)
    print(json.dumps({"context": CONTEXT, "prompts": PROMPTS}))
    for _ in range(count):
        grammar.loops = 0
        template = grammar.template()
        try:
            outcome = env.from_string(template).render(**copy.deepcopy(CONTEXT))
        except RecursionError:
            continue
        except Exception as error:  # noqa: BLE001 - any error is an outcome
            outcome = {"error": type(error).__name__, "detail": builtins.str(error)[:200]}
        try:
            line = json.dumps({"template": template, "expected": outcome})
            line.encode()
        except (UnicodeError, ValueError):
            continue
        print(line)


main()
