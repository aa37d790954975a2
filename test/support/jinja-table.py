#!/usr/bin/env python3
"""Writes test/conformance/templates/jinja.json: what Jinja 3 makes of each template below.

Needs Debian's python3-jinja2. Run with /usr/bin/python3 from the root of the repository, then format the table with oxfmt.
A row with OURS differs on purpose: it says what this project gives instead, and why.
"""
import base64
import copy
import datetime
import json
import re
import sys
from pathlib import Path

import jinja2
from jinja2 import meta

TARGET = Path(__file__).parent.parent / "conformance/templates/jinja.json"

CONTEXT = {
    "name": "ada",
    "empty": "",
    "nothing": None,
    "yes": True,
    "no": False,
    "n": 7,
    "zero": 0,
    "price": 2.5,
    "neg": -7,
    "tags": ["x", "y", "z"],
    "nums": [3, 1, 2],
    "mixed": ["b", "A", "c", "a"],
    "nested": [[1, 2], [3, 4]],
    "obj": {"k": "v", "n": 1},
    "unsorted": {"b": 1, "a": 2, "C": 3},
    "shadow": {"items": "own", "keys": 1},
    "a": {"b": ["zero", "one"], "c": {"d": 1}},
    "text": "  Hello World  ",
    "words": "the quick brown fox jumps over the lazy dog",
    "csv": "p,q,r",
    "html": "<b>&\"'</b>",
    "lines": "one\ntwo\n\nfour",
    "unicode": "çé日本😀",
    "people": [
        {"name": "Bo", "age": 30, "city": "Rome", "ok": True, "tags": ["x"]},
        {"name": "al", "age": 20, "city": "oslo", "ok": False, "tags": []},
        {"name": "Cy", "age": 30, "city": "Oslo", "ok": True, "tags": ["y", "x"]},
    ],
    "tree": [{"t": "a", "sub": [{"t": "b", "sub": []}, {"t": "c", "sub": [{"t": "d", "sub": []}]}]}],
    "when": "2026-02-03T04:05:06Z",
    "numtext": "42",
}

PROMPTS = {
    "part": "[{{ name }}]",
    "loop": "{% for t in tags %}{{ t }}{% include 'part' %}{% endfor %}",
    "sets": "{% set inside = 1 %}{{ inside }}",
}

JSON_TEXT = "lists and maps render as JSON"
BOOLEAN = "booleans render as true and false"
NULL = "null renders as nothing"
NUMBER = "a whole number has one form, as in JSON"
UNDEFINED = "a field of an undefined value is undefined"
NUMERIC = "a numeric text beside a number is that number"
OWN_KEY = "a map's own key wins over a method of the same name"
LISTS = "filters give lists where Jinja gives generators"
NO_SAFE = "no text is marked as safe, so escaping escapes"
TUPLE = "there are no tuples, only lists"
NO_METHODS = "a method can be called, not read"
CONTAINS = "`a contains b` is an addition"
ADDITION = "an addition to Jinja"
LATER = "a name means what it means in the scope until the template sets it; Jinja forgets it in blocks"

ROWS: list[tuple] = []
_section = ""


def section(title):
    global _section
    _section = title


def row(template, ours=None, reason=None, error=None):
    """`ours` is text; `error` is the code of the error that we give."""
    if error is not None:
        ours = {"error": error}
    ROWS.append((_section, template, ours, reason))


def rows(*templates):
    for template in templates:
        row(template)


section("text and output")
rows(
    "",
    "plain",
    "{{ name }}",
    "a{{ name }}b{{ n }}c",
    "{{name}}",
    "{{ 'a' 'b' \"c\" }}",
    "{ {{ name }} }",
    "{{ missing }}",
    "100% { not } a # tag %}",
    "{{ 'it''s' }}",
    "{{ \"a\\nb\\tc\" }}",
    "{{ 'a\\\\b' }}",
    "{{ 'quote \\' and \\\"' }}",
    "{{ '\\x41\\u00e9\\u65e5' }}",
    "{{ '\\d \\q' }}",
    "{{ '\\101' }}",
    "{{ '}}' }} {{ '{{' }} {{ '%}' }}",
    "{{ unicode }}",
    "{{ unicode|length }} {{ unicode[4] }} {{ unicode[1:3] }} {{ unicode|reverse }}",
)
row("{{ nothing }}", "", NULL)
row("{{ yes }} {{ no }}", "true false", BOOLEAN)
row("{{ tags }}", '["x", "y", "z"]', JSON_TEXT)
row("{{ obj }}", '{"k": "v", "n": 1}', JSON_TEXT)
row("{{ [1, 'a', none, true, [], {}] }}", '[1, "a", null, true, [], {}]', JSON_TEXT)
row("{{ (1, 2) }} {{ 1, 2 }}", "[1, 2] [1, 2]", TUPLE)
row("{{ 'x' ~ tags ~ none ~ true }}", 'x["x", "y", "z"]true', JSON_TEXT)
row("{{ missing.deep }}", "", UNDEFINED)
row("{{ missing.deep[0].path }}", "", UNDEFINED)
row("{{ nothing.field }}")
row("{{ range }}", error="template_error", reason="a function has no text")
row("{{ name.upper }}", "", NO_METHODS)

section("white space")
rows(
    "a\n",
    "a\n\n",
    "\na",
    "a\r\nb",
    "a {{ name }}\n",
    "{{ name }}\n{{ n }}\n",
    "a  {{- name -}}  b",
    "a  {{- name }}  b",
    "a  {{ name -}}  b",
    "a {%- if yes %} b {%- endif %} c",
    "a {% if yes -%} b {% endif -%} c",
    "a\n{%- if yes %}\nb\n{%- endif %}\nc",
    "a\n  {% if yes %}\n  b\n  {% endif %}\nc",
    "{% for t in tags %}\n- {{ t }}\n{% endfor %}\nend",
    "{% for t in tags -%}\n- {{ t }}\n{% endfor %}\nend",
    "{%- for t in tags %} {{ t }} {%- endfor -%}",
    "a {#- comment -#} b",
    "a {# comment #} b",
    "a\n{#- comment #}\nb",
    "{# {{ name }} {% if %} #}x",
    "{#--#}x",
    "{#-#}  x",
    "a {%+ if yes %} b {%+ endif %} c",
    "a {{+ name }} {{+name -}} b",
    "a  {%- if yes -%}  b  {%- endif -%}  c",
    "  {{- '  x  ' -}}  ",
    "{{ name -}}\n\n\t{{ n }}",
    "a {%- set x = 1 -%} b",
)

section("raw")
rows(
    "{% raw %}{{ name }}{% endraw %}",
    "{% raw %}{% if %}{# x #}{% endraw %}",
    "a {%- raw -%} {{ x }} {%- endraw -%} b",
    "a {% raw %} b {% endraw %} c",
    "{%raw%}{{{%endraw%}",
    "{% raw %}\n  {{ x }}\n{% endraw %}\n",
    "{% raw -%}  x  {%- endraw %}",
)

section("paths and slices")
rows(
    "{{ a.b[0] }} {{ a['b'][1] }} {{ a.c.d }}",
    "{{ a.b.0 }} {{ a.b.1 }}",
    "{{ a.b[-1] }}",
    "{{ a.b[9] }}|{{ a.zzz }}|{{ a['zzz'] }}",
    "{{ obj['k'] }} {{ obj.k }}",
    "{{ tags[n - 6] }}",
    "{{ obj[['k'][0]] }}",
    "{{ name[0] }}{{ name[-1] }}",
    "{{ name[:2] }} {{ name[1:] }} {{ name[:] }} {{ name[-2:] }}",
    "{{ name[::-1] }} {{ words[::5] }} {{ words[10:2:-2] }}",
    "{{ tags[1:]|join }} {{ tags[:-1]|join }} {{ tags[::2]|join }} {{ tags[5:]|join }}",
    "{{ tags[-100:100]|join }} {{ tags[2:0:-1]|join }} {{ tags[::-1]|join }}",
    "{{ words[4:9]|upper }}",
    "{{ {'a': {'b': 3}}['a']['b'] }}",
    "{{ {'a': {'b': {'c': 1}}}.a.b.c }}",
    "{{ [1, 2, 3][1] }} {{ 'abc'[1] }}",
    "{{ (1, 2)[0] }}",
    "{{ nested[1][0] }}",
    "{{ people[0].name }} {{ people[-1]['city'] }}",
    "{{ people[0].missing }}",
)
row("{{ shadow.items }}", "own", OWN_KEY)
rows("{{ shadow['items'] }}", "{{ shadow.get('keys') }}")
row("{{ obj.items }}", "", NO_METHODS)
row("{{ name.__class__ }}", "", "only own data is reachable")
row("{{ obj.__class__.__mro__ }}", "", "only own data is reachable")
row("{{ tags[1:missing]|join }}", "yz", "an undefined bound is no bound")
row("{{ tags[::0] }}", error="template_error", reason="the step of a slice cannot be zero")

section("arithmetic")
rows(
    "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 10 - 2 - 3 }}",
    "{{ n * 2 + 1 }} {{ n % 3 }} {{ n // 2 }}",
    "{{ 7 / 2 }} {{ price * 3 }}",
    "{{ neg // 2 }} {{ neg % 3 }} {{ 7 // -2 }} {{ 7 % -3 }}",
    "{{ 7.5 % 2 }} {{ -7.5 % 2 }}",
    "{{ 2 ** 3 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }}",
    "{{ -2 ** 2 }} {{ -n }} {{ +n }} {{ - -n }}",
    "{{ 2 * 3 ** 2 }} {{ 2 ** 2 * 3 }}",
    "{{ 'a' + 'b' }} {{ 'ab' * 3 }} {{ 3 * 'ab' }}",
    "{{ ([1] + [2, 3])|join(',') }} {{ ([0] * 3)|join(',') }} {{ (2 * [1, 2])|join }}",
    "{{ 'a' ~ 1 ~ 'b' ~ 2.5 }}",
    "{{ 'x' + 'a' ~ 'b' }}",
    "{{ '1' ~ 2 * 3 }}",
    "{{ 1_000 + 0x10 + 0b11 + 0o7 }}",
    "{{ 1.5e3 / 7 }} {{ 0.1 + 0.2 }}",
    "{{ 'abc' * 0 }}|{{ 'abc' * -1 }}",
    "{{ true + true }} {{ true * 5 }}",
    "{{ -1|abs }} {{ -n|abs }} {{ (-n)|abs }}",
    "{{ '%s-%d' % ('a', 3) }} {{ '%05.2f' % 3.14159 }} {{ '%x' % 255 }}",
    "{{ '%-5s|' % 'a' }}{{ '%5s|' % 'a' }} {{ '%+d' % 5 }} {{ '%.3s' % 'abcdef' }} {{ '%d%%' % 5 }}",
    "{{ '%(a)s %(b)s' % {'a': 1, 'b': 2} }}",
)
row("{{ 4 / 2 }}", "2", NUMBER)
row("{{ 1.0 }} {{ 2.50 }}", "1 2.5", NUMBER)
row("{{ 7.5 // 2 }}", "3", NUMBER)
row("{{ 1e3 }}", "1000", NUMBER)
row("{{ '3' + 4 }} {{ 2 * '5' }} {{ '7' - 1 }}", "7 10 6", NUMERIC)
row("{{ numtext + 1 }} {{ numtext / 2 }}", "43 21", NUMERIC)
row("{{ 1 / 0 }}", error="template_error", reason="cannot divide by zero")
row("{{ 1 % 0 }}", error="template_error", reason="cannot divide by zero")
row("{{ 'a' + 1 }}", error="template_error", reason="a text and a number have no sum")
row("{{ none + 1 }}", error="template_error", reason="null has no sum")
row("{{ missing + 1 }}", error="undefined_variable", reason="undefined has no sum")
row("{{ 2 ** 10000 }}", error="template_error", reason="numbers are finite doubles")

section("comparison and logic")
rows(
    "{{ 'y' if n == 7 else 'n' }}{{ 'y' if n != 7 else 'n' }}{{ 'y' if n <= 7 else 'n' }}{{ 'y' if n < 7 else 'n' }}",
    "{{ 'y' if 1 < 2 < 3 else 'n' }}{{ 'y' if 1 < 3 < 2 else 'n' }}{{ 'y' if 3 > 2 > 1 == 1 else 'n' }}",
    "{{ 'y' if 'a' < 'b' else 'n' }}{{ 'y' if 'B' < 'a' else 'n' }}{{ 'y' if 'é' > 'z' else 'n' }}",
    "{{ 'y' if [1, 2] < [1, 3] else 'n' }}{{ 'y' if [1] < [1, 0] else 'n' }}{{ 'y' if [1, 2] == [1, 2] else 'n' }}",
    "{{ 'y' if {'a': 1} == {'a': 1.0} else 'n' }}{{ 'y' if obj == {'n': 1, 'k': 'v'} else 'n' }}",
    "{{ 'y' if true == 1 else 'n' }}{{ 'y' if false == 0 else 'n' }}{{ 'y' if '' == none else 'n' }}",
    "{{ 'y' if 'x' in tags else 'n' }}{{ 'y' if 'q' not in tags else 'n' }}{{ 'y' if not 'q' in tags else 'n' }}",
    "{{ 'y' if 'or' in text else 'n' }}{{ 'y' if '' in 'abc' else 'n' }}{{ 'y' if 'k' in obj else 'n' }}",
    "{{ 'y' if 1 in [true] else 'n' }}{{ 'y' if [1] in [[1], 2] else 'n' }}{{ 'y' if none in [none] else 'n' }}",
    "{{ 'y' if 'x' in missing else 'n' }}{{ 'y' if missing == missing else 'n' }}{{ 'y' if missing == none else 'n' }}",
    "{{ yes and 'a' }} {{ no or 'b' }} {{ '' or 0 or 'c' }} {{ 1 and 2 and 3 }}",
    "{{ 'y' if no or yes and no else 'n' }}{{ 'y' if not no and yes else 'n' }}{{ 'y' if not (yes and no) else 'n' }}",
    "{{ 'y' if not no == yes else 'n' }}{{ 'y' if not not yes else 'n' }}",
    "{{ 'y' if (no or yes) and yes else 'n' }}",
    "{{ 'a' if yes else 'b' if no else 'c' }} {{ 'a' if no else 'b' if no else 'c' }}",
    "{{ 'a' if no }}|{{ 'a' if yes }}",
    "{{ ('a' if no else 'b') ~ 'c' }} {{ 'a' if yes else 'b' ~ 'c' }}",
    "{{ (n > 5 and 'big') or 'small' }}",
    "{{ 1 + 1 if yes else 5 }}",
    "{{ 'y' if n in [1, 7] and name in ('ada', 'bob') else 'n' }}",
    "{{ 'y' if n|string == '7' else 'n' }}",
    "{{ 'y' if tags|length > 2 and 'x' in tags else 'n' }}",
    "{{ 'y' if [] else 'n' }}{{ 'y' if {} else 'n' }}{{ 'y' if 0.0 else 'n' }}{{ 'y' if '0' else 'n' }}{{ 'y' if [0] else 'n' }}",
    "{{ 'y' if 2 > 1 == true else 'n' }}",
)
row("{{ 1 == 1 }} {{ not 1 }}", "true false", BOOLEAN)
row("{{ 'y' if '3' == 3 else 'n' }}", "y", NUMERIC)
row("{{ 'y' if '10' > 9 else 'n' }}{{ 'y' if 2 < '10' else 'n' }}", "yy", NUMERIC)
row("{{ 'y' if numtext >= 40 else 'n' }}", "y", NUMERIC)
row("{{ 'y' if (1, 2) == [1, 2] else 'n' }}", "y", TUPLE)
row("{{ 'y' if tags contains 'x' else 'n' }}{{ 'y' if text contains 'World' else 'n' }}", "yy", CONTAINS)
row("{{ 'y' if obj contains 'zz' or name contains 'd' else 'n' }}", "y", CONTAINS)
row("{{ 1 < 'a' }}", error="template_error", reason="a number and a text have no order")
row("{{ none < 1 }}", error="template_error", reason="null has no order")
row("{{ missing < 1 }}", error="undefined_variable", reason="undefined has no order")
row("{{ 1 in 5 }}", error="template_error", reason="a number contains nothing")

section("if")
rows(
    "{% if yes %}a{% endif %}",
    "{% if no %}a{% else %}b{% endif %}",
    "{% if n > 10 %}big{% elif n > 5 %}mid{% elif n > 6 %}no{% else %}small{% endif %}",
    "{% if n > 10 %}big{% elif n > 9 %}mid{% else %}small{% endif %}",
    "{% if missing %}a{% else %}b{% endif %}",
    "{% if not missing %}a{% endif %}",
    "{% if yes %}{% if no %}1{% else %}2{% endif %}{% endif %}",
    "{% if tags %}{{ tags|first }}{% endif %}",
    "{% if name is defined and name %}{{ name }}{% endif %}",
    "{% if 1, 2 %}t{% endif %}",
    "{% if yes %}{% set x = 1 %}{% endif %}{{ x }}",
)

section("for")
rows(
    "{% for t in tags %}{{ t }}{% endfor %}",
    "{% for t in tags %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.length }} {% endfor %}",
    "{% for t in tags %}{% if loop.first %}[{% endif %}{{ t }}{% if not loop.last %},{% else %}]{% endif %}{% endfor %}",
    "{% for t in [] %}x{% else %}none{% endfor %}",
    "{% for t in missing %}x{% else %}none{% endfor %}",
    "{% for p in people if p.ok %}{{ loop.index }}{{ p.name }}{% endfor %}",
    "{% for p in people if p.age > 99 %}x{% else %}nobody{% endfor %}",
    "{% for k, v in obj.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in obj %}{{ k }}{% endfor %}",
    "{% for k, v in obj|items %}{{ k }}={{ v }};{% endfor %}",
    "{% for c in name %}{{ c }}.{% endfor %}",
    "{% for a, b in nested %}{{ a }}+{{ b }} {% endfor %}",
    "{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for i in range(3) %}{{ i }}{% endfor %}",
    "{% for i in range(2, 8, 3) %}{{ i }}{% endfor %}{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}",
    "{% for i in range(0) %}x{% else %}e{% endfor %}",
    "{% for x in nums %}{% for y in tags %}{{ x }}{{ y }}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}",
    "{% for t in tags %}{{ loop.cycle('odd', 'even') }} {% endfor %}",
    "{% for x in [1, 1, 2, 2, 1] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}",
    "{% for t in tags %}{{ loop.previtem }}<{{ t }}>{{ loop.nextitem }} {% endfor %}",
    "{% for t in tags %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}",
    "{% for node in tree recursive %}{{ node.t }}{{ loop.depth }}({{ loop(node.sub) }}){% endfor %}",
    "{% for node in tree recursive %}{{ node.t }}{% if node.sub %}[{{ loop(node.sub) }}]{% endif %}{% endfor %}",
    "{% set x = 0 %}{% for t in tags %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}",
    "{% for name in tags %}{{ name }}{% endfor %}{{ name }}",
    "{% for t in tags %}{% if t == 'y' %}{% continue %}{% endif %}{{ t }}{% endfor %}",
    "{% for t in tags %}{% if t == 'y' %}{% break %}{% endif %}{{ t }}{% endfor %}!",
    "{% for x in nums %}{% for y in tags %}{% if y == 'y' %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}",
    "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}",
    "{% for x in nums|sort %}{{ x }}{% endfor %}",
    "{% for x in (nums if yes else tags) %}{{ x }}{% endfor %}",
    "{% for x in nums + [9] %}{{ x }}{% endfor %}",
    "{% for x in [1, [2], {'a': 3}] %}{{ loop.index }}{% endfor %}",
    "{% for t in tags -%} {{ t }} {%- endfor %}",
    "{% for k, v in unsorted|dictsort %}{{ k }}{{ v }} {% endfor %}",
    "{% for t in tags %}{{ t }}{{ ', ' if not loop.last }}{% endfor %}",
    "{% for t in 'ab' %}{% for t in 'cd' %}{{ t }}{% endfor %}{{ t }}{% endfor %}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ loop.index }}{{ k }}{{ v }}{% endfor %}",
)
row("{% for x in 5 %}{% endfor %}", error="template_error", reason="a number cannot be gone through")
row("{% for x in none %}{% endfor %}", error="template_error", reason="null cannot be gone through")
row("{% for a, b in [[1]] %}{% endfor %}", error="template_error", reason="one value cannot fill two names")

rows(
    "{% for t in tags %}{% break %}{% else %}e{% endfor %}|{% for t in tags %}{% continue %}{% else %}e{% endfor %}",
    "{% for t in tags %}{{ t }}{% if t == 'y' %}{% break %}{% endif %}{% else %}e{% endfor %}",
    "{% for x in nothing|map('upper') %}x{% else %}e{% endfor %}{{ zero|select|list|length }}{{ no|rejectattr('a')|list|length }}",
)

section("set, with and namespace")
rows(
    "{% set x = 1 %}{{ x }}",
    "{% set x = n + 1 %}{% set y = x * 2 %}{{ x }},{{ y }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set (a, b) = [3, 4] %}{{ a }}{{ b }}",
    "{% set x %}a {{ name }}{% endset %}[{{ x }}]",
    "{% set x | upper %}a {{ name }}{% endset %}[{{ x }}]",
    "{% set x | replace('a', 'b') | upper %}banana{% endset %}{{ x }}",
    "{% set x = 1, 2 %}{{ x|join('-') }}",
    "{% set ns = namespace(total=0) %}{% for x in nums %}{% set ns.total = ns.total + x %}{% endfor %}{{ ns.total }}",
    "{% set ns = namespace() %}{% set ns.a = 'q' %}{{ ns.a }}{{ ns.b }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}",
    "{% set ns = namespace(found=false) %}{% for t in tags %}{% if t == 'y' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ 'y' if ns.found else 'n' }}",
    "{% set ns = namespace(items=[]) %}{% for x in nums %}{% set ns.items = ns.items + [x * 2] %}{% endfor %}{{ ns.items|join(',') }}",
    "{% with x = 1 %}{{ x }}{% endwith %}|{{ x }}",
    "{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}",
    "{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x }}",
    "{% set x = 5 %}{% with x = 1, y = x %}{{ x }}{{ y }}{% endwith %}",
    "{% set d = dict(a=1, b='c') %}{{ d.a }}{{ d.b }}",
    "{% set d = dict({'a': 1}, b=2) %}{{ d.a + d.b }}",
    "{% do 1 + 1 %}x",
)
row("{% for i in [1] %}{{ n }}{% endfor %}{% set n = 1 %}{{ n }}", "71", LATER)
row("{% set q %}{{ n }}{% endset %}{{ q }}{% set n = 1 %}", "7", LATER)
row("{% set name %}{{ name }}!{% endset %}{{ name }}", "ada!", LATER)
row("{% set obj.k = 1 %}", error="template_error", reason="only a namespace has fields to set")

section("macro and call")
rows(
    "{% macro m(q, r=2) %}{{ q }}{{ r }}{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(r=5, q=4) }}",
    "{% macro m(q) %}[{{ q }}]{% endmacro %}{{ m() }}",
    "{% macro m(a, b='z') %}{{ a }}{{ b }}{% endmacro %}{{ m('y') }}",
    "{% macro m() %}{{ name }}{% endmacro %}{{ m()|upper }}",
    "{% macro m(x) %}{% if x > 0 %}{{ x }}{{ m(x - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "{% macro m() %}{{ varargs|join(',') }}{% endmacro %}{{ m(1, 2, 3) }}",
    "{% macro m() %}{{ kwargs.a }}{% endmacro %}{{ m(a=1) }}",
    "{% macro m(a) %}{{ a }}{{ varargs|length }}{{ kwargs|length }}{% endmacro %}{{ m(1, 2, b=3) }}",
    "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}",
    "{% macro m(x) %}{{ x }}{{ caller(x, 2) }}{% endmacro %}{% call(a, b) m(1) %}{{ a }}-{{ b }}{% endcall %}",
    "{% macro m() %}{% set x = 1 %}{{ x }}{% endmacro %}{{ m() }}{{ x }}",
    "{{ 'y' if m is defined else 'n' }}{% macro m() %}{% endmacro %}{{ 'y' if m is defined else 'n' }}{{ 'y' if m is callable else 'n' }}",
    "{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}",
    "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(5, **{'b': 6}) }}",
    "{% macro a() %}A{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m.name }} {{ m.arguments|join }}",
    "{% macro outer() %}{% macro inner() %}i{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}",
    "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% macro m(x) -%} {{ x }} {%- endmacro %}[{{ m(1) }}]",
)
rows(
    "{% macro m(n=n) %}[{{ n }}]{% endmacro %}{{ m() }}{{ m(1) }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}",
    "{% macro m(a=b, b=1) %}[{{ a }}{{ b }}]{% endmacro %}{{ m() }}",
)
row("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", error="template_error", reason="one argument too many")
row("{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", error="template_error", reason="no such argument")
row("{{ name() }}", error="template_error", reason="a text cannot be called")
row("{{ nobody() }}", error="undefined_variable", reason="undefined cannot be called")

section("filter blocks, include and globals")
rows(
    "{% filter upper %}abc {{ name }}{% endfilter %}",
    "{% filter replace('a', 'b') | upper %}banana{% endfilter %}",
    "{% filter trim %}  x  {% endfilter %}|",
    "{% include 'part' %}",
    "{% include 'loop' %}",
    "{% set name = 'bob' %}{% include 'part' %}",
    "{% for name in tags %}{% include 'part' %}{% endfor %}",
    "{% include 'nope' ignore missing %}x",
    "{% include ['nope', 'part'] %}",
    "{% include 'part' without context %}",
    "{% include 'part' with context %}",
    "{% include 'sets' %}{{ inside }}",
    "{% include 'pa' ~ 'rt' %}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}",
    "{% set c = cycler(1, 2) %}{{ c.next() }}{% do c.reset() %}{{ c.next() }}",
    "{% set j = joiner(', ') %}{% for t in tags %}{{ j() }}{{ t }}{% endfor %}",
    "{% set j = joiner() %}{{ j() }}a{{ j() }}b",
    "{{ range(5)|list|join }} {{ range(1, 4)|list|join }} {{ range(6, 0, -2)|join }}",
    "{{ range(3)|sum }} {{ range(10)|last }} {{ 'y' if 3 in range(5) else 'n' }}",
    "{{ dict(a=1).a }}",
)
row("{% include 'nope' %}", error="template_error", reason="no such prompt")

section("text filters")
rows(
    "{{ 'aBc'|upper }} {{ 'aBc'|lower }} {{ 'hELLO wORLD'|capitalize }} {{ 'hello wORLD-foo (bar) it''s'|title }}",
    "{{ \"they're bill's friends from the UK\"|title }} {{ '[a {b <c'|title }}",
    "{{ 'straße'|upper }} {{ 'ÉCOLE'|capitalize }} {{ 'éa'|title }}",
    "{{ text|trim }}| {{ 'xxaxx'|trim('x') }} {{ text|trim|length }}",
    "{{ 'banana'|replace('a', 'o') }} {{ 'banana'|replace('a', 'o', 2) }} {{ 'banana'|replace('an', '') }}",
    "{{ 'ab'|replace('', '-') }} {{ 'aaa'|replace('a', 'b', count=1) }} {{ 123|replace('2', 'x') }}",
    "{{ words|truncate(20) }}|{{ words|truncate(20, true) }}|{{ words|truncate(43) }}|{{ words|truncate(38) }}|{{ words|truncate(37) }}",
    "{{ words|truncate(12, false, '…') }}|{{ words|truncate(12, true, '') }}|{{ words|truncate(9, leeway=0) }}",
    "{{ 'foo bar baz qux'|truncate(9) }}|{{ 'foo bar baz qux'|truncate(9, True) }}|{{ 'foo bar baz qux'|truncate(11) }}|{{ 'foo bar baz qux'|truncate(11, False, '...', 0) }}",
    "{{ 'abcdefghijklmnopqrstuvwxyz'|truncate(10) }} {{ 'a b'|truncate }}",
    "{{ words|wordcount }} {{ 'a-b c_d, é'|wordcount }} {{ ''|wordcount }}",
    "{{ lines|indent }}",
    "{{ lines|indent(2) }}|{{ lines|indent(2, true) }}|{{ lines|indent(2, true, true) }}|{{ lines|indent('> ', first=true) }}",
    "{{ lines|indent(width=1, blank=true) }}|{{ ''|indent(2, true) }}",
    "{{ html|e }} {{ html|escape }}",
    "{{ html|forceescape }} {{ 'plain'|e }}",
    "{{ html|safe }} {{ 'a'|safe|upper }}",
    "{{ '<a>'|escape }} {{ '\"'|forceescape }} {{ lines|count }} {{ missing|d('x') }}",
    "{{ 5|string + 'x' }} {{ 2.5|string|length }}",
    "[{{ 'ab'|center(6) }}] [{{ 'ab'|center(5) }}] [{{ 'abc'|center(6) }}] [{{ 'abc'|center(2) }}]",
    "{{ '%s, %s!'|format('Hello', 'you') }} {{ '%.2f'|format(3.14159) }} {{ '%(a)s'|format(a=1) }}",
    "{{ 'a b&c/d?é'|urlencode }} {{ {'a': 1, 'b c': 'd&'}|urlencode }} {{ [['x', 1]]|urlencode }}",
    "{{ name|upper|lower|title|replace('A', 'B') }}",
    "{{ missing|upper }}{{ missing|trim }}{{ missing|replace('a', 'b') }}|{{ missing|length }}",
    "{{ n|upper }}",
    "{{ 1000|filesizeformat }} {{ 1|filesizeformat }} {{ 500|filesizeformat }} {{ 1500000|filesizeformat }} {{ 1024|filesizeformat(true) }} {{ 3000000|filesizeformat(binary=true) }}",
)
row("{{ '<'|e|e }}", "&amp;lt;", NO_SAFE)
row("{{ nothing|upper }}|{{ nothing|string }}", "|", NULL)
row("{{ yes|string }} {{ yes|upper }}", "true TRUE", BOOLEAN)
row("{{ tags|string }}", '["x", "y", "z"]', JSON_TEXT)
row("{{ 'abc'|truncate(2) }}", error="template_error", reason="shorter than its own ending")

rows(
    "{{ 'ß'|capitalize }} {{ 'ßa'.title() }} {{ 'ß'|title }} {{ 'ǆ'|capitalize }} {{ 'ﬁn'.capitalize() }} {{ 'ﬁn fin'|title }}",
    "{{ 'Σίσυφος'.casefold() }} {{ 'ﬁẞ'.casefold() }} {{ 'ı'.casefold() }}",
    "[{{ '\x1f\x85 a \u3000'|trim }}] [{{ '\x1ca'.strip() }}] {{ 'a\x1db'.split()|join('|') }} [{{ '\ufeffa'|trim|length }}]",
    "{{ '\x1fq a'|title }} {{ 'x\u2003y'|title }}",
)

section("list filters")
rows(
    "{{ tags|length }} {{ name|length }} {{ obj|length }} {{ []|length }} {{ tags|count }}",
    "{{ tags|first }} {{ tags|last }} {{ name|first }} {{ name|last }} {{ []|first }}|{{ obj|first }}",
    "{{ tags|join }} {{ tags|join(', ') }} {{ nums|join('-') }} {{ people|join(', ', attribute='name') }} {{ people|join('/', 'age') }}",
    "{{ name|join('.') }} {{ obj|join(',') }} {{ missing|join(',') }}",
    "{{ 'abc'|list|join('.') }} {{ obj|list|join }}",
    "{{ nums|sort|join }} {{ nums|sort(true)|join }} {{ nums|sort(reverse=true)|join }}",
    "{{ mixed|sort|join }} {{ mixed|sort(case_sensitive=true)|join }} {{ mixed|sort(true)|join }}",
    "{{ people|sort(attribute='age')|map(attribute='name')|join }} {{ people|sort(attribute='name')|map(attribute='name')|join }}",
    "{{ people|sort(attribute='age,name')|map(attribute='name')|join }} {{ people|sort(reverse=true, attribute='age')|map(attribute='name')|join }}",
    "{{ [[2, 'b'], [1, 'c'], [2, 'a']]|sort|map('last')|join }} {{ nested|sort(attribute=1, reverse=true)|map('first')|join }}",
    "{{ 'hello'|sort|join }} {{ obj|sort|join }}",
    "{{ ['😀', '日', '\uff61', 'a']|sort|join }}",
    "{{ tags|reverse|join }} {{ name|reverse }} {{ []|reverse|list|length }}",
    "{{ [1, 1, 2, 3, 2]|unique|join }} {{ ['a', 'A', 'b', 'B']|unique|join }} {{ ['a', 'A']|unique(true)|join }}",
    "{{ people|unique(attribute='age')|map(attribute='name')|join }} {{ people|unique(attribute='city')|map(attribute='city')|join(',') }}",
    "{{ [1, true, 1.0, '1']|unique|list|length }}",
    "{{ nums|sum }} {{ people|sum(attribute='age') }} {{ nums|sum(start=10) }} {{ []|sum }} {{ [0.5, 1]|sum }}",
    "{{ nums|min }} {{ nums|max }} {{ mixed|min }} {{ mixed|max }} {{ mixed|min(case_sensitive=true) }} {{ []|min }}|",
    "{{ (people|min(attribute='age')).name }} {{ (people|max(attribute='age')).name }}",
    "{{ people|map(attribute='name')|join(',') }} {{ people|map(attribute='tags.0', default='-')|join(',') }} {{ people|map(attribute='zip', default='?')|join }}",
    "{{ tags|map('upper')|join }} {{ ['a b', 'c']|map('replace', ' ', '_')|join(',') }} {{ [1.25, 2.35]|map('round', 1)|join(',') }}",
    "{{ nested|map('sum')|join(',') }} {{ nested|map('join', '+')|join(' ') }} {{ nested|map(attribute=0)|join }}",
    "{{ ['1', 'x']|map('int', default=-1)|join(',') }} {{ people|map(attribute='name')|map('lower')|join(',') }}",
    "{{ [1, 2, 3, 4]|select('odd')|join }} {{ [0, 1, '', 'a', none]|select|join }} {{ [1, 2, 3]|select('>', 1)|join }} {{ [1, 2]|select('in', [2, 3])|join }}",
    "{{ [1, 2, 3, 4]|reject('odd')|join }} {{ [0, 1, '', 'a']|reject|join(',') }} {{ ['a', 'b']|reject('equalto', 'a')|join }}",
    "{{ people|selectattr('ok')|map(attribute='name')|join }} {{ people|selectattr('age', 'gt', 25)|map(attribute='name')|join }} {{ people|selectattr('city', 'equalto', 'Oslo')|map(attribute='name')|join }}",
    "{{ people|rejectattr('ok')|map(attribute='name')|join }} {{ people|rejectattr('age', 'eq', 30)|map(attribute='name')|join }} {{ people|selectattr('zip', 'defined')|list|length }}",
    "{{ people|selectattr('tags')|map(attribute='name')|join }} {{ people|selectattr('name', 'in', ['Bo', 'al'])|map(attribute='age')|join(',') }}",
    "{% for city, group in people|groupby('city') %}{{ city }}:{{ group|map(attribute='name')|join(',') }};{% endfor %}",
    "{% for g in people|groupby('age') %}{{ g.grouper }}={{ g.list|length }} {% endfor %}",
    "{% for g in people|groupby('age') %}{{ g[0] }}={{ g[1]|length }} {% endfor %}",
    "{% for c, g in people|groupby('city', case_sensitive=true) %}{{ c }}{{ g|length }} {% endfor %}",
    "{% for z, g in people|groupby('zip', default='none') %}{{ z }}{{ g|length }}{% endfor %}",
    "{% for row in range(7)|batch(3) %}{{ row|join }};{% endfor %}{% for row in range(7)|batch(3, 'x') %}{{ row|join }};{% endfor %}",
    "{% for col in range(7)|slice(3) %}{{ col|join }};{% endfor %}{% for col in range(7)|slice(3, 'x') %}{{ col|join }};{% endfor %}",
    "{{ range(4)|batch(2)|map('join')|join('|') }} {{ []|batch(2)|list|length }}",
    "{{ [5]|random }} {{ 'a'|random }}",
    "{{ tags|join(d='-') }} {{ tags|join('-')|upper }}",
    "{{ [3, 1]|sort|first }} {{ nums|sort|last }} {{ nums|map('string')|join }}",
    "{{ [[1, 2], [3]]|sum(start=[])|join }}",
)
row("{{ tags|map('upper') }}", '["X", "Y", "Z"]', LISTS)
row("{{ nums|sort }} {{ nums|reverse }}", "[1, 2, 3] [2, 1, 3]", LISTS)
row("{{ range(3) }}", "[0, 1, 2]", LISTS)
row("{{ people|groupby('ok')|first|first }}", "false", BOOLEAN)
row("{{ [none, true]|join(',') }}", ",true", NULL)
row("{{ [1, 'a']|sort }}", error="template_error", reason="a number and a text have no order")
row("{{ [1, '10', 9]|sort|join(',') }}", "1,9,10", NUMERIC)
row("{{ ['1', 2]|sum }}", "3", NUMERIC)
row("{{ 5|length }}", error="template_error", reason="a number has no length")
row("{{ 5|join }}", error="template_error", reason="a number cannot be gone through")

rows(
    "{{ [{'a': none}, {}]|map(attribute='a', default='x')|list|tojson }} {{ people|map(attribute='zip.a', default='pq')|join(',') }}",
    "{% for k, g in people|groupby('zip', default='None') %}{{ k }}={{ g|length }}{% endfor %}",
)

section("number filters")
rows(
    "{{ -5|abs }} {{ 2.5|abs }}",
    "{{ 2.567|round(1) }} {{ 2.565|round(2) }} {{ 2.675|round(2) }} {{ 0.125|round(2) }} {{ 0.375|round(2) }}",
    "{{ 2.41|round(1, 'ceil') }} {{ 2.49|round(1, 'floor') }} {{ -2.41|round(1, 'floor') }}",
    "{{ 2.5|round|int }} {{ 3.5|round|int }} {{ -2.5|round|int }} {{ 0.5|round|int }} {{ 1.5|round|int }} {{ 2.4|round|int }} {{ 2.5|round(method='ceil')|int }}",
    "{{ 1250|round(-2) }} {{ 1350|round(-2) }} {{ 149|round(-2) }}",
    "{{ '42'|int }} {{ '3.9'|int }} {{ 3.9|int }} {{ -3.9|int }} {{ 'abc'|int }} {{ 'abc'|int(-1) }} {{ none|int }} {{ true|int }}",
    "{{ '0x1F'|int(base=16) }} {{ 'ff'|int(0, 16) }} {{ '101'|int(base=2) }} {{ '0b11'|int(0, 2) }} {{ ' 7 '|int }} {{ '1_000'|int }} {{ '-5'|int }} {{ '0x10'|int(base=0) }} {{ '017'|int }}",
    "{{ '2.5'|float }} {{ 'x'|float(1.5) }} {{ '1e-1'|float }} {{ '.5'|float }}",
    "{{ 7|int + 1 }} {{ '3'|int + 1 }} {{ '1.5'|float + 1 }}",
)
row("{{ missing|int }} {{ missing|int(4) }}", "0 4", "undefined is no number, so the default stands")
row("{{ 2.5|round }} {{ 3.5|round }} {{ 1.005|round(2) }}", "2 4 1", NUMBER)
row("{{ 7|round(2) }}")
row("{{ '3'|float }} {{ 3|float }} {{ 'x'|float }}", "3 3 0", NUMBER)
row("{{ 42.0|string }}", "42", NUMBER)
row("{{ 2 ** -14 }} {{ 2 ** 70 }}", "0.00006103515625 1.1805916207174113e+21", NUMBER)
row("{{ 'abc'|abs }}", error="template_error", reason="a text has no absolute value")
row("{{ '-3'|abs }} {{ '2.6'|round }}", "3 3", NUMERIC)

rows("{{ '1__0'|int }} {{ '_1'|int }} {{ '٣'|int }} {{ '١٢.٥'|float }} {{ '1_0.5'|float }} {{ '𝟗𝟘'|int }}")

section("data filters")
rows(
    "{{ missing|default('d') }} {{ empty|default('d') }}|{{ empty|default('d', true) }} {{ zero|default(5, true) }} {{ missing|d('e') }} {{ missing|default }}|",
    "{{ nothing|default('d', true) }} {{ name|default('d') }} {{ obj.zzz|default('d') }} {{ missing|default(obj.k) }} {{ no|default('x', boolean=true) }}",
    "{{ (missing|default({})).a }}|{{ (missing|default([]))|length }}",
    "{{ obj|tojson }} {{ tags|tojson }} {{ name|tojson }} {{ nothing|tojson }} {{ yes|tojson }} {{ 1.5|tojson }}",
    "{{ unsorted|tojson }} {{ html|tojson }} {{ unicode|tojson }} {{ 'a\\nb\\\\'|tojson }} {{ []|tojson }} {{ {}|tojson }}",
    "{{ people|tojson(indent=2) }}",
    "{{ {'a': [], 'b': {}, 'c': [1]}|tojson(2) }}",
    "{{ '[1, {\"a\": null}]'|fromjson|length }} {{ ('{\"a\": {\"b\": 2}}'|fromjson).a.b }}",
    "{{ '3'|fromjson + 1 }} {{ '\"x\"'|fromjson }}",
    "{% for k, v in unsorted|dictsort %}{{ k }}{{ v }}{% endfor %} {% for k, v in unsorted|dictsort(true) %}{{ k }}{% endfor %} {% for k, v in unsorted|dictsort(by='value', reverse=true) %}{{ k }}{% endfor %}",
    "{% for k, v in unsorted|dictsort(false, 'value') %}{{ k }}{{ v }}{% endfor %} {{ unsorted|dictsort|map('first')|join }}",
    "{% for k, v in obj|items %}{{ k }}{{ v }}{% endfor %} {{ missing|items|list|length }} {{ obj|items|list|length }}",
    "{{ obj|attr('zzz') }}|",
    "{{ 'aGVsbG8='|b64decode }} {{ 'hello'|b64encode }} {{ unicode|b64encode }} {{ unicode|b64encode|b64decode }}",
    "{{ ''|b64encode }}|{{ 'a'|b64encode }} {{ 'ab'|b64encode }} {{ '4pyT'|b64decode }}",
    "{{ 'a1b22c'|regex_replace('[0-9]+', '#') }} {{ 'John Smith'|regex_replace('(\\w+) (\\w+)', '\\\\2 \\\\1') }}",
    "{{ 'aAbB'|regex_replace('a', 'x', ignorecase=true) }} {{ lines|regex_replace('^', '> ', multiline=true) }} {{ 'abc'|regex_replace('', '-') }}",
    "{{ words|regex_replace('\\\\b(\\w)', '<\\\\1>') }} {{ 'a  b   c'|regex_replace('\\s+', ' ') }} {{ 'aaa'|regex_replace('a', 'b', count=2) }}",
    "{{ when|strftime('%Y-%m-%d %H:%M:%S') }} {{ when|strftime('%A %d %B %y, %I %p') }} {{ when|strftime('%j %U %W %w %u %a %b %%') }}",
    "{{ 0|strftime('%Y-%m-%dT%H:%M:%SZ') }} {{ '2024-02-29'|strftime('%d.%m.') }} {{ '2024-12-31 23:59:59+02:00'|strftime('%F %T') }}",
)
rows(
    "{{ '2026-01-01'|strftime('%G-W%V %g %C|%k|%l %P%n%t.') }} {{ '2020-12-31'|strftime('%G-W%V') }} {{ '2021-01-03'|strftime('%G-W%V') }}",
    "{{ '%#x %#o %X %#X' % (255, 8, 255, 255) }} {{ '%c%c' % (65, 'é') }} {{ '%*d|%-*d|' % (5, 1, 3, 2) }} {{ '%.3d %i %G' % (5, -0.5, 1e22) }} {{ '%#06x' % 255 }}",
    "{{ '{:#x} {:#b} {:b} {:_} {:_x} {:n} {:c} {!s:>3} {:E} {:G}'.format(255, 5, 5, 1234567, 1234567, 7, 65, 'a', 12345.678, 1e22) }}",
)
row("{{ 'ab'|regex_replace('(a)', '\\\\2') }}", error="template_error", reason="no such group")
row("{{ 'ab'|regex_replace('a', '\\\\g<x>') }}", error="template_error", reason="no such group")
row("{{ '{:d}'.format('a') }}", error="template_error", reason="a text is no number")
row("{{ '{:d}'.format(none) }}", error="template_error", reason="null is no number")
row("{{ '%x' % 2.5 }}", error="template_error", reason="not a whole number")
row("{{ [1, 2]|batch(0)|list }}", error="template_error", reason="batches have items")
row("{{ [1, 2]|slice(-1)|list }}", error="template_error", reason="there are no fewer than one slice")
row("{{ obj|pprint }} {{ 'a'|pprint }}", '{"k": "v", "n": 1} "a"', JSON_TEXT)
row("{{ none|pprint }} {{ [1, true]|pprint }}", "null [1, true]", JSON_TEXT)
row("{{ obj|attr('k') }}", "v", "a map's members are its attributes")
row("{{ {'b': 1, 'a': 2} }}", '{"b": 1, "a": 2}', JSON_TEXT)
row("{{ [1.0]|tojson }}", "[1]", NUMBER)
row("{{ missing|tojson }}", error="template_error", reason="undefined has no JSON")
row("{{ 'x'|fromjson }}", error="template_error", reason="that is no JSON")
row("{{ {'a': 1, 'é': 2}|tojson(sort_keys=false, ensure_ascii=false) }}", '{"a": 1, "é": 2}', ADDITION)
row("{{ words|excerpt(20) }}|{{ 'a\n b'|excerpt }}|{{ words|excerpt(16, end='...') }}", "the quick brown fox…|a b|the quick...", ADDITION)
row("{{ 'Hello, Wörld! It''s'|slugify }} {{ 'A  b'|slugify('_') }} {{ words|slugify(max_length=10) }}", "hello-world-its a_b the-quick", ADDITION)

section("tests")
rows(
    "{{ 'y' if name is defined else 'n' }}{{ 'y' if missing is defined else 'n' }}{{ 'y' if missing is undefined else 'n' }}{{ 'y' if obj.zzz is not defined else 'n' }}",
    "{{ 'y' if nothing is none else 'n' }}{{ 'y' if name is not none else 'n' }}{{ 'y' if missing is none else 'n' }}",
    "{{ 'y' if name is string else 'n' }}{{ 'y' if n is string else 'n' }}{{ 'y' if n is number else 'n' }}{{ 'y' if yes is number else 'n' }}{{ 'y' if '3' is number else 'n' }}",
    "{{ 'y' if n is integer else 'n' }}{{ 'y' if price is integer else 'n' }}{{ 'y' if yes is integer else 'n' }}{{ 'y' if price is float else 'n' }}{{ 'y' if n is float else 'n' }}",
    "{{ 'y' if yes is boolean else 'n' }}{{ 'y' if n is boolean else 'n' }}{{ 'y' if yes is true else 'n' }}{{ 'y' if no is false else 'n' }}{{ 'y' if 1 is true else 'n' }}",
    "{{ 'y' if obj is mapping else 'n' }}{{ 'y' if tags is mapping else 'n' }}{{ 'y' if tags is sequence else 'n' }}{{ 'y' if name is sequence else 'n' }}{{ 'y' if n is sequence else 'n' }}",
    "{{ 'y' if tags is iterable else 'n' }}{{ 'y' if n is iterable else 'n' }}{{ 'y' if obj is iterable else 'n' }}{{ 'y' if range is callable else 'n' }}{{ 'y' if name is callable else 'n' }}",
    "{{ 'y' if 3 is odd else 'n' }}{{ 'y' if 3 is even else 'n' }}{{ 'y' if 0 is even else 'n' }}{{ 'y' if -3 is odd else 'n' }}",
    "{{ 'y' if 9 is divisibleby(3) else 'n' }}{{ 'y' if 9 is divisibleby 3 else 'n' }}{{ 'y' if 10 is not divisibleby 3 else 'n' }}",
    "{{ 'y' if 1 is eq 1 else 'n' }}{{ 'y' if 1 is equalto(2) else 'n' }}{{ 'y' if 1 is ne 2 else 'n' }}{{ 'y' if 'a' is sameas 'a' else 'n' }}",
    "{{ 'y' if 1 is lt 2 else 'n' }}{{ 'y' if 1 is lessthan(1) else 'n' }}{{ 'y' if 1 is le 1 else 'n' }}{{ 'y' if 2 is gt 1 else 'n' }}{{ 'y' if 2 is greaterthan(3) else 'n' }}{{ 'y' if 2 is ge 2 else 'n' }}",
    "{{ 'y' if 1 is in [1, 2] else 'n' }}{{ 'y' if 'z' is not in 'abc' else 'n' }}{{ 'y' if 'k' is in(obj) else 'n' }}",
    "{{ 'y' if 'abc' is lower else 'n' }}{{ 'y' if 'ABC' is upper else 'n' }}{{ 'y' if 'aB' is lower else 'n' }}{{ 'y' if '123' is upper else 'n' }}",
    "{{ 'y' if 1 is false else 'n' }}{{ 'y' if false is false else 'n' }}{{ 'y' if 'a' is escaped else 'n' }}{{ 'y' if 3 is ge(4) else 'n' }}{{ 'y' if 3 is le 2 else 'n' }}{{ 'y' if 1 is lessthan 2 else 'n' }}{{ 'y' if 1 is ne(1) else 'n' }}{{ 'y' if 2 is greaterthan 1 else 'n' }}",
    "{{ 'y' if 'upper' is filter else 'n' }}{{ 'y' if 'nope' is filter else 'n' }}{{ 'y' if 'odd' is test else 'n' }}{{ 'y' if 'nope' is test else 'n' }}",
    "{{ 'y' if name is escaped else 'n' }}{{ 'y' if none is sameas none else 'n' }}",
    "{{ 'y' if not name is defined else 'n' }}{{ 'y' if name is defined and missing is not defined else 'n' }}{{ 'y' if missing is defined or yes else 'n' }}",
    "{{ 'y' if (n + 1) is even else 'n' }}",
    "{{ 'y' if name|length is odd else 'n' }}{{ 'y' if -1 is lt 0 else 'n' }}{{ 'y' if tags|first is eq 'x' else 'n' }}",
    "{{ 'a' if missing is defined else 'b' }}{{ 'a' if name is string and n is number else 'b' }}",
)
row("{{ name is defined }}", "true", BOOLEAN)
row("{{ 'y' if 2.0 is float else 'n' }}{{ 'y' if 2.0 is integer else 'n' }}", "ny", NUMBER)
row("{{ 'y' if tags is contains('x') else 'n' }}{{ 'y' if name is contains 'z' else 'n' }}", "yn", ADDITION)

section("methods")
rows(
    "{{ name.upper() }} {{ 'AB'.lower() }} {{ 'hello wORLD'.capitalize() }} {{ \"it's a dog\".title() }} {{ 'aB'.swapcase() }} {{ 'Straße'.casefold() }}",
    "{{ text.strip() }}| {{ text.lstrip() }}| {{ text.rstrip() }}| {{ 'xxaxx'.strip('x') }} {{ 'xya'.lstrip('yx') }} {{ 'axy'.rstrip('xy') }}",
    "{{ csv.split(',')|join('-') }} {{ ' a  b '.split()|join('-') }} {{ 'a,b,c'.split(',', 1)|join('-') }} {{ 'a,b,c'.rsplit(',', 1)|join('-') }} {{ csv.split(',')[1] }}",
    "{{ ' a  b  c '.split(none, 1)|join('|') }} {{ ' a  b  c '.rsplit(none, 1)|join('|') }} {{ 'a--b'.split('-')|length }}",
    "{{ lines.splitlines()|length }} {{ 'a\\nb\\n'.splitlines()|join('|') }} {{ 'a\\r\\nb'.splitlines()|join('|') }} {{ 'a\\n'.splitlines(true)|first|length }}",
    "{{ ', '.join(tags) }} {{ ''.join(['a', 'b']) }}",
    "{{ name.replace('a', 'o') }} {{ 'aaa'.replace('a', 'b', 2) }}",
    "{{ 'y' if name.startswith('a') else 'n' }}{{ 'y' if name.endswith('da') else 'n' }}{{ 'y' if name.startswith(('x', 'a')) else 'n' }}{{ 'y' if name.startswith('d', 1) else 'n' }}",
    "{{ name.find('d') }} {{ name.find('z') }} {{ name.rfind('a') }} {{ name.index('d') }} {{ name.count('a') }} {{ unicode.find('本') }} {{ 'aXbX'.find('X', 2) }} {{ 'abc'.rindex('c') }}",
    "{{ 'y' if '12'.isdigit() else 'n' }}{{ 'y' if 'a1'.isalnum() else 'n' }}{{ 'y' if 'a1'.isalpha() else 'n' }}{{ 'y' if ' '.isspace() else 'n' }}{{ 'y' if 'ab'.islower() else 'n' }}{{ 'y' if 'AB'.isupper() else 'n' }}{{ 'y' if 'Ab Cd'.istitle() else 'n' }}{{ 'y' if ''.isdigit() else 'n' }}",
    "{{ 'y' if 'é'.isascii() else 'n' }}{{ 'y' if '12'.isdecimal() else 'n' }}{{ 'y' if '½'.isnumeric() else 'n' }}{{ 'y' if '½'.isdecimal() else 'n' }}{{ 'y' if ''.isascii() else 'n' }}{{ 'y' if 'aB'.istitle() else 'n' }}",
    "{{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} [{{ 'a'.center(4) }}] [{{ 'a'.ljust(3, '.') }}] [{{ 'a'.rjust(3) }}]",
    "{{ 'a-b-c'.partition('-')|join('|') }} {{ 'a-b-c'.rpartition('-')|join('|') }} {{ 'abc'.partition('-')|join('|') }}",
    "{{ 'unhappy'.removeprefix('un') }} {{ 'a.txt'.removesuffix('.txt') }} {{ 'abc'.removeprefix('x') }}",
    "{{ '{} {}'.format('a', 1) }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x}'.format(x=3) }} {{ '{:.2f}|{:>5}|{:<5}|{:^5}|{:05d}|{:,}'.format(3.14159, 'a', 'b', 'c', 42, 1234567) }} {{ '{{}}'.format() }}",
    "{{ '{:.1%} {:+d} {:x} {:*^7}'.format(0.256, 5, 255, 'mid') }}",
    "{{ obj.items()|list|length }} {{ obj.keys()|join }} {{ obj.values()|join }} {{ obj.get('k') }} {{ obj.get('z', 'd') }}",
    "{{ tags.index('y') }} {{ [1, 1, 2].count(1) }} {{ tags.copy()|join }} {{ obj.copy().k }}",
    "{{ 'A B'.lower().replace(' ', '-').strip('-') }} {{ ('a' ~ 'b').upper() }}",
    "{{ people[0].name.upper() }} {{ a.b[0].upper()[1:] }}",
)
rows(
    "{{ 'a\tbc\td'.expandtabs(4) }}|{{ 'a\n\tb'.expandtabs() }}|{{ 'a\tb'.expandtabs(0) }}",
    "{{ 'y' if 'a1'.isidentifier() else 'n' }}{{ 'y' if '1a'.isidentifier() else 'n' }}{{ 'y' if 'a b'.isprintable() else 'n' }}{{ 'y' if 'a\nb'.isprintable() else 'n' }}{{ 'y' if ''.isprintable() else 'n' }}",
    "{{ 'y' if 'ª½²'.islower() else 'n' }}{{ 'y' if 'Ǆa'.isupper() else 'n' }}{{ 'y' if 'ª'.istitle() else 'n' }}{{ 'y' if '日A'.istitle() else 'n' }}{{ 'y' if '٣²'.isdigit() else 'n' }}{{ 'y' if '\x1f '.isspace() else 'n' }}",
    "{{ 'banana'.count('a', 2) }} {{ 'banana'.count('a', 2, -1) }} {{ 'abc'.count('', 4) }} {{ 'abc'.count('', 1) }}",
    "{{ 'y' if 'abc'.startswith('', 4) else 'n' }}{{ 'y' if 'abc'.startswith('b', 1, 2) else 'n' }}{{ 'y' if 'abc'.endswith('b', 0, 2) else 'n' }}{{ 'y' if 'abc'.endswith('', 9) else 'n' }}{{ 'y' if 'abc'.startswith('c', -1) else 'n' }}",
    "{{ 'abc'.find('', 4) }} {{ 'abc'.rfind('', 3) }} {{ 'abcabc'.rfind('a', 0, 3) }} {{ [1, 2, 1].index(1, 1) }} {{ [1, 2, 1].index(1, -1, 3) }}",
)
row("{{ obj.get('z') }}", "", NULL)
row("{{ when.strftime('%d.%m.%Y') }} {{ when.isoformat() }}", "03.02.2026 2026-02-03T04:05:06Z", ADDITION)
row("{{ name.nope() }}", error="undefined_variable", reason="no such method")
row("{{ name.index('z') }}", error="template_error", reason="not in the text")
row("{{ name.split('') }}", error="template_error", reason="nothing to split by")

section("changing lists and maps in place")
rows(
    "{% set l = [] %}{% for t in tags %}{% set _ = l.append(t|upper) %}{% endfor %}{{ l|join }}",
    "{% set l = [1] %}{% do l.extend([2, 3]) %}{% do l.insert(0, 0) %}{{ l|join }} {{ l.pop() }} {{ l.pop(0) }} {{ l|join }}",
    "{% set l = [1, 2, 1] %}{% do l.remove(1) %}{{ l|join }}",
    "{% set l = tags|list %}{% do l.append('w') %}{{ l|join }} {{ tags|join }}",
    "{% set l = tags[:1] + ['q'] %}{% do l.append('w') %}{{ l|join }}",
    "{% set d = {'a': 1} %}{% do d.update({'b': 2}) %}{% do d.update(c=3) %}{{ d.a + d.b + d.c }}",
    "{% set d = {} %}{{ d.setdefault('a', 1) }}{{ d.setdefault('a', 2) }}{{ d.a }}",
    "{% set l = [] %}{% set m = l %}{% do m.append(1) %}{{ l|length }}",
)
rows(
    "{% set l = [3, 1, 2] %}{% do l.sort() %}{{ l|join }}{% do l.sort(reverse=true) %}{{ l|join }}{% do l.reverse() %}{{ l|join }}{% do l.clear() %}{{ l|length }}",
    "{% set d = {'a': 1, 'b': 2} %}{{ d.pop('a') }}{{ d.pop('z', 9) }}{% do d.update([['c', 3]], e=4) %}{{ d|join }}{{ d.popitem()|join }}{% do d.clear() %}{{ 'y' if d else 'n' }}",
)
row("{% set d = {'a': 1} %}{{ d.pop('z') }}", error="template_error", reason="no such member to take")
row("{% do obj.clear() %}", error="template_error", reason="data of the scope is never changed")
row("{% do tags.append('w') %}{{ tags|length }}", error="template_error", reason="data of the scope is never changed")
row("{% set l = [] %}{{ l.pop() }}", error="template_error", reason="there is nothing to take")

section("precedence")
rows(
    "{{ 'a' ~ 1 * 2 ~ 'b' }}",
    "{{ -2|abs }} {{ 1 - -1 }} {{ 2 - 1|abs }}",
    "{{ 'y' if not 1 == 2 else 'n' }} {{ 'y' if not 'a' in 'b' else 'n' }} {{ 'y' if 1 + 1 == 2 and 2 * 2 == 4 else 'n' }}",
    "{{ 'a' ~ 'b'|upper }} {{ ('a' ~ 'b')|upper }} {{ 'a' + 'b'|upper }}",
    "{{ [1, 2]|first + 1 }} {{ 10 - 4 / 2 * 1 - 0 == 8 and 'y' }} {{ 2 + 3 * 4 % 5 }}",
    "{{ 1 if no else 2 if no else 3 if yes else 4 }} {{ (1 if yes else 2) + 1 }} {{ 1 if yes else 2 + 1 }}",
    "{{ 'x' if 3 is odd and not 3 is even else 'z' }} {{ 'x' if 3 is divisibleby 3 and yes else 'z' }}",
    "{{ 'y' if 2 * (3 is odd) == 2 else 'n' }}",
    "{{ n|string ~ '!' }} {{ n ~ '!'|upper }} {{ name[1:]|upper ~ name[0] }}",
    "{{ 6 // 4 * 2 }} {{ 6 * 4 // 5 }} {{ 7 % 4 * 2 }} {{ 2 ** 2 // 3 }}",
    "{{ 'y' if 1 < 2 and 2 < 1 or 3 < 4 else 'n' }}",
    "{{ a.b|first|upper|lower|length + 1 }}",
    "{{ {'a': 1 if yes else 2, 'b': [1, 2]|sum}.b }} {{ [1 if no else 2, 3][0] }}",
    "{{ 'a' if 'b' in 'abc' and 'c' not in 'ab' else 'd' }}",
)


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
    return re.sub(pattern, replacement, value, count=count, flags=flags)


def environment():
    env = jinja2.Environment(
        loader=jinja2.DictLoader(PROMPTS),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    # not Jinja's own: what Python's standard library makes of them
    env.filters["b64encode"] = lambda text: base64.b64encode(text.encode()).decode()
    env.filters["b64decode"] = lambda text: base64.b64decode(text).decode()
    env.filters["fromjson"] = json.loads
    env.filters["regex_replace"] = regex_replace
    env.filters["strftime"] = strftime
    return env


def context_of(env, template):
    try:
        names = meta.find_undeclared_variables(env.parse(template))
    except jinja2.TemplateSyntaxError:
        names = set(CONTEXT)
    if "include" in template:
        names |= {"name", "tags"}
    # a copy, because Python's lists can be changed by a template
    return copy.deepcopy({key: CONTEXT[key] for key in CONTEXT if key in names})


def main():
    env = environment()
    table = []
    for title, template, ours, reason in ROWS:
        context = context_of(env, template)
        if reason == LATER:
            context |= {"n": CONTEXT["n"], "name": CONTEXT["name"]}
        try:
            expected = env.from_string(template).render(**copy.deepcopy(context))
        except Exception as error:  # noqa: BLE001 - the kind of error is the expectation
            expected = {"error": type(error).__name__}
        entry = {"section": title, "template": template, "context": context, "expected": expected}
        if ours is not None:
            # where Jinja fails as well, only the reason is news
            entry["difference"] = {"ours": ours, "reason": reason}
        elif isinstance(expected, dict):
            print(f"Jinja fails without a reason given: {template!r}: {expected}", file=sys.stderr)
        if entry.get("difference", {}).get("ours") == expected:
            print(f"no difference: {template!r}", file=sys.stderr)
        table.append(entry)
    head = f'{{\n  "jinja": {json.dumps(jinja2.__version__)},\n  "rows": [\n'
    body = ",\n".join("    " + json.dumps(entry, ensure_ascii=False) for entry in table)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(head + body + "\n  ]\n}\n")
    print(f"{len(table)} rows, {sum('difference' in entry for entry in table)} on purpose different")


main()
