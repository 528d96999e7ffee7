// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Kube;

/// <summary>
/// The grammar of label selectors, error texts included (apimachinery pkg/labels/selector.go):
/// <c>key</c>, <c>!key</c>, <c>key OP value</c>, <c>key in (a,b)</c>, <c>key notin (a,b)</c>, joined by commas.
/// </summary>
internal ref struct LabelSelectorParser
{
    private const string Operators = "in, notin, =, ==, !=, gt, lt";
    private readonly List<Token> _tokens;
    private int _next;
    private string? _error;

    private LabelSelectorParser(string text) => _tokens = Scan(text);

    private enum Kind
    {
        End,
        Identifier,

        /// <summary>The words <c>in</c> and <c>notin</c>: operators after a key, identifiers anywhere else.</summary>
        Word,
        Symbol,
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out List<LabelRequirement>? requirements, [NotNullWhen(false)] out string? error)
    {
        var parser = new LabelSelectorParser(text);
        requirements = parser.Parse();
        error = requirements is null ? parser._error ?? "" : null;
        return requirements is not null;
    }

    private static List<Token> Scan(string text)
    {
        var tokens = new List<Token>();
        int at = 0;
        while (at < text.Length && text[at] != '\0')
        {
            if (text[at] is ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }

            int start = at;
            if (IsSymbol(text[at]))
            {
                bool two = text[at] is '=' or '!' && at + 1 < text.Length && text[at + 1] == '=';
                at += two ? 2 : 1;
                tokens.Add(new Token(Kind.Symbol, text[start..at]));
                continue;
            }

            while (at < text.Length && !IsSymbol(text[at]) && text[at] is not (' ' or '\t' or '\r' or '\n' or '\0'))
                at++;
            string word = text[start..at];
            tokens.Add(new Token(word is "in" or "notin" ? Kind.Word : Kind.Identifier, word));
        }

        tokens.Add(new Token(Kind.End, ""));
        return tokens;
    }

    private static bool IsSymbol(char character) => character is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    private List<LabelRequirement>? Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            Token token = _tokens[_next];
            if (token.Kind == Kind.End)
                return requirements;
            if (!StartsRequirement(token))
                return Fail($"found '{token.Text}', expected: !, identifier, or 'end of string'");
            if (ParseRequirement() is not { } requirement)
                return Fail($"unable to parse requirement: {_error}");
            requirements.Add(requirement);
            token = _tokens[_next++];
            if (token.Kind == Kind.End)
                return requirements;
            if (!token.Is(","))
                return Fail($"found '{token.Text}', expected: ',' or 'end of string'");
            if (!StartsRequirement(_tokens[_next]))
                return Fail($"found '{_tokens[_next].Text}', expected: identifier after ','");
        }
    }

    private static bool StartsRequirement(Token token) => token.IsIdentifier || token.Is("!");

    private LabelRequirement? ParseRequirement()
    {
        Token token = _tokens[_next++];
        bool negated = token.Is("!");
        if (negated)
            token = _tokens[_next++];
        if (!token.IsIdentifier)
            return FailRequirement($"found '{token.Text}', expected: identifier");
        string key = token.Text;
        if (NameRules.QualifiedName(key) is { Count: > 0 } faults)
            return FailRequirement($"<nil>: Invalid value: {GoText.Quote(key)}: {string.Join("; ", faults)}");
        Token next = _tokens[_next];
        if (next.Kind == Kind.End || next.Is(",") || negated)
            return Make(key, negated ? LabelOperator.DoesNotExist : LabelOperator.Exists, []);

        token = _tokens[_next++];
        if (ReadOperator(token) is not { } @operator)
            return FailRequirement($"found '{token.Text}', expected: {Operators}");
        IReadOnlyCollection<string>? values = @operator is LabelOperator.In or LabelOperator.NotIn ? ParseValues() : ParseExactValue();
        return values is null ? null : Make(key, @operator, values);
    }

    private static LabelOperator? ReadOperator(Token token) => token.Kind is Kind.End or Kind.Identifier ? null : token.Text switch
    {
        "in" => LabelOperator.In,
        "notin" => LabelOperator.NotIn,
        "=" => LabelOperator.Equals,
        "==" => LabelOperator.DoubleEquals,
        "!=" => LabelOperator.NotEquals,
        ">" => LabelOperator.GreaterThan,
        "<" => LabelOperator.LessThan,
        _ => null,
    };

    private List<string>? ParseValues()
    {
        Token token = _tokens[_next++];
        if (!token.Is("("))
            return FailValues($"found '{token.Text}' expected: '('");
        token = _tokens[_next];
        if (token.Is(")"))
        {
            _next++;
            return [""];
        }

        if (!token.IsIdentifier && !token.Is(","))
            return FailValues($"found '{token.Text}', expected: ',', ')' or identifier");
        List<string>? values = ParseIdentifiers();
        _next++;
        return values;
    }

    /// <summary>Stops before the closing parenthesis. A comma with nothing on one side stands for the empty value.</summary>
    private List<string>? ParseIdentifiers()
    {
        var values = new List<string>();
        while (true)
        {
            Token token = _tokens[_next++];
            Token next = _next < _tokens.Count ? _tokens[_next] : token;
            if (token.IsIdentifier)
            {
                values.Add(token.Text);
                if (next.Is(")"))
                    return values;
                if (!next.Is(","))
                    return FailValues($"found '{next.Text}', expected: ',' or ')'");
                continue;
            }

            if (!token.Is(","))
                return FailValues($"found '{token.Text}', expected: ',', or identifier");
            if (values.Count == 0 || next.Is(",") || next.Is(")"))
                values.Add("");
            if (next.Is(")"))
                return values;
        }
    }

    private List<string>? ParseExactValue()
    {
        Token token = _tokens[_next];
        if (token.Kind == Kind.End || token.Is(","))
            return [""];
        _next++;
        return token.IsIdentifier ? [token.Text] : FailValues($"found '{token.Text}', expected: identifier");
    }

    private LabelRequirement? Make(string key, LabelOperator @operator, IReadOnlyCollection<string> values) =>
        LabelRequirement.TryCreate(key, @operator, values, out LabelRequirement? made, out string? error) ? made : FailRequirement(error);

    private List<LabelRequirement>? Fail(string error)
    {
        _error = error;
        return null;
    }

    private LabelRequirement? FailRequirement(string error)
    {
        _error = error;
        return null;
    }

    private List<string>? FailValues(string error)
    {
        _error = error;
        return null;
    }

    private readonly record struct Token(Kind Kind, string Text)
    {
        public bool IsIdentifier => Kind is Kind.Identifier or Kind.Word;

        public bool Is(string symbol) => Kind == Kind.Symbol && Text == symbol;
    }
}
