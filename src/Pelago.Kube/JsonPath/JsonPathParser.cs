// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pelago.Kube;

/// <summary>The grammar of kubectl's JSONPath templates, complaints included (client-go util/jsonpath).</summary>
internal ref partial struct JsonPathParser
{
    private const int MaxDepth = 16;
    private const char End = '\uffff';
    private readonly string _text;
    private readonly int _depth;
    private int _at;

    private JsonPathParser(string text, int depth)
    {
        if (depth > MaxDepth)
            throw new JsonPathRefusedException($"filters and unions are nested more than {MaxDepth} levels deep");
        _text = text;
        _depth = depth;
    }

    private readonly char Next => _at < _text.Length ? _text[_at] : End;

    /// <summary>The text pieces and actions of a template, in order; a text piece is a list of one literal.</summary>
    public static List<IReadOnlyList<JsonPathNode>> ParseTemplate(string text)
    {
        var parser = new JsonPathParser(text, 0);
        var pieces = new List<IReadOnlyList<JsonPathNode>>();
        while (parser._at < text.Length)
        {
            int open = text.IndexOf('{', parser._at);
            int end = open < 0 ? text.Length : open;
            if (end > parser._at)
                pieces.Add([new JsonPathNode.Literal(JsonValue.Create(text[parser._at..end]))]);
            parser._at = end;
            if (open < 0)
                break;
            parser._at++;
            pieces.Add(parser.ParseAction());
        }

        return pieces;
    }

    private static List<JsonPathNode> ParseInner(string text, int depth) => new JsonPathParser(text + "}", depth).ParseAction();

    private static bool IsTerminator(char character) =>
        character is ' ' or '\t' or '\r' or '\n' or End or '.' or ',' or '[' or ']' or '$' or '@' or '{' or '}';

    private List<JsonPathNode> ParseAction()
    {
        var nodes = new List<JsonPathNode>();
        while (Next != '}')
            ParseStep(nodes);
        _at++;
        return nodes;
    }

    private void ParseStep(List<JsonPathNode> nodes)
    {
        char next = Next;
        if (At("[?("))
            nodes.Add(ParseFilter());
        else if (At(".."))
            ParseRecursive(nodes);
        else if (next is End or '\r' or '\n')
            throw new JsonPathRefusedException("unclosed action");
        else if (next is ' ' or '@' or '$')
            _at++;
        else if (next == '[')
            ParseArray(nodes);
        else if (next is '"' or '\'')
            nodes.Add(ParseQuoted());
        else if (next == '.')
            nodes.Add(ParseField(1));
        else if (next is '+' or '-' || char.IsDigit(next))
            nodes.Add(ParseNumber());
        else if (next == '_' || char.IsLetter(next))
            nodes.Add(ParseWord());
        else
            throw new JsonPathRefusedException($"unrecognized character in action: U+{(int)next:X4} '{next}'");
    }

    private readonly bool At(string prefix) => string.CompareOrdinal(_text, _at, prefix, 0, prefix.Length) == 0;

    private void ParseRecursive(List<JsonPathNode> nodes)
    {
        if (nodes is [.., JsonPathNode.Recursive])
            throw new JsonPathRefusedException("invalid multiple recursive descent");
        _at += 2;
        nodes.Add(new JsonPathNode.Recursive());
        if (Next == '_' || char.IsLetterOrDigit(Next))
            nodes.Add(ParseField(0));
    }

    private JsonPathNode ParseField(int skip)
    {
        _at += skip;
        var name = new StringBuilder();
        int start = _at;
        while (!IsTerminator(Next))
        {
            if (Next == '\\')
                _at++;
            if (_at < _text.Length)
                name.Append(_text[_at++]);
        }

        return _text.AsSpan(start, _at - start) is "*" ? new JsonPathNode.Wildcard() : new JsonPathNode.Field(name.ToString());
    }

    private JsonPathNode.Literal ParseNumber()
    {
        int start = _at++;
        while (Next == '.' || char.IsAsciiDigit(Next))
            _at++;
        ReadOnlySpan<char> number = _text.AsSpan(start, _at - start);
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
            return new JsonPathNode.Literal(JsonValue.Create(integer));
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? new JsonPathNode.Literal(JsonValue.Create(value))
            : throw new JsonPathRefusedException($"cannot parse number {number}");
    }

    private JsonPathNode ParseWord()
    {
        int start = _at;
        while (!IsTerminator(Next))
            _at++;
        string word = _text[start.._at];
        return word is "true" or "false" ? new JsonPathNode.Literal(JsonValue.Create(word == "true")) : new JsonPathNode.Word(word);
    }

    private JsonPathNode.Literal ParseQuoted()
    {
        char quote = Next;
        int start = _at++;
        while (Next != quote || _text[_at - 1] == '\\')
        {
            if (Next is End or '\n')
                throw new JsonPathRefusedException("unterminated quoted string");
            _at++;
        }

        _at++;
        string quoted = _text[start.._at];
        return new JsonPathNode.Literal(JsonValue.Create(JsonPathQuotes.Unquote(quoted)));
    }

    private void ParseArray(List<JsonPathNode> nodes)
    {
        int start = _at + 1;
        while (Next != ']')
        {
            if (Next is End or '\n')
                throw new JsonPathRefusedException("unterminated array");
            _at++;
        }

        string inside = _text[start.._at++];
        if (inside.Contains(',', StringComparison.Ordinal))
        {
            int depth = _depth + 1;
            nodes.Add(new JsonPathNode.Union([.. inside.Split(',').Select(choice => ParseInner($"[{choice.Trim(' ')}]", depth))]));
        }
        else if (inside.Length >= 2 && inside[0] == '\'' && inside.IndexOf('\'', 1) == inside.Length - 1)
        {
            nodes.AddRange(ParseInner("." + inside[1..^1], _depth + 1));
        }
        else
        {
            nodes.Add(ParseSlice(inside == "*" ? ":" : inside));
        }
    }

    private static JsonPathNode.Slice ParseSlice(string inside)
    {
        Match match = SliceText().Match(inside);
        if (!match.Success)
            throw new JsonPathRefusedException($"invalid array index {inside}");
        int? start = ParseIndex(match.Groups[1].Value);
        bool isIndex = !match.Groups[2].Success;
        return new JsonPathNode.Slice(start, ParseIndex(match.Groups[2].Value), ParseIndex(match.Groups[3].Value), isIndex && start is not null);
    }

    private static int? ParseIndex(string text)
    {
        text = text.TrimStart(':');
        if (text.Length == 0)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index)
            ? index
            : throw new JsonPathRefusedException($"array index {text} is not a number");
    }

    private JsonPathNode.Filter ParseFilter()
    {
        _at += 3;
        int start = _at;
        char quote = '\0';
        while (Next != ')' || quote != '\0')
        {
            char next = Next;
            if (next is End or '\n')
                throw new JsonPathRefusedException("unterminated filter");
            if (quote == '\0' && next is '"' or '\'')
                quote = quote == '\0' ? next : quote;
            else if (next == quote && _text[_at - 1] != '\\')
                quote = '\0';
            _at++;
        }

        string inside = _text[start.._at++];
        if (Next != ']')
            throw new JsonPathRefusedException("unclosed array expect ]");
        _at++;
        Match match = Comparison().Match(inside);
        return match.Success
            ? new JsonPathNode.Filter(
                ParseInner(match.Groups[1].Value, _depth + 1), match.Groups[2].Value, ParseInner(match.Groups[3].Value, _depth + 1))
            : new JsonPathNode.Filter(ParseInner(inside, _depth + 1), "exists", []);
    }

    [GeneratedRegex(@"^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SliceText();

    [GeneratedRegex(@"^([^!<>=]+)([!<>=]+)(.+?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Comparison();
}
