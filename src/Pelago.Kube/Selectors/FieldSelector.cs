// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pelago.Kube;

/// <summary>
/// A condition on fields: <c>metadata.name=x,status.phase!=Failed</c>, with <c>\</c> escaping comma, equals sign and itself in values
/// (apimachinery pkg/fields). All terms must hold; an absent field reads as the empty text. Immutable.
/// </summary>
public sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private readonly FieldTerm[] _terms;

    private FieldSelector(FieldTerm[] terms) => _terms = terms;

    /// <summary>Renames or refuses a field; <c>("", "")</c> drops the term, a non-null error refuses the selector.</summary>
    public delegate (string Field, string Value, string? Error) Transform(string field, string value);

    public IReadOnlyList<FieldTerm> Terms => _terms;
    public bool IsEverything => _terms.Length == 0;

    public static FieldSelector Equal(string field, string value) => new([new FieldTerm(field, false, value)]);

    /// <summary>Reads the text form; <paramref name="error"/> is upstream's text. Null and empty match everything.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FieldSelector? selector, [NotNullWhen(false)] out string? error)
    {
        (selector, error) = (null, null);
        var terms = new List<FieldTerm>();
        foreach (string part in SplitTerms(text ?? "").Order(StringComparer.Ordinal))
        {
            if (part.Length == 0)
                continue;
            if (!TrySplit(part, out string field, out bool negated, out string value))
            {
                error = $"invalid selector: '{text}'; can't understand '{part}'";
                return false;
            }

            if (!TryUnescape(value, out string? plain, out error))
                return false;
            terms.Add(new FieldTerm(field, negated, plain));
        }

        selector = terms.Count == 0 ? Everything : new FieldSelector([.. terms]);
        return true;
    }

    public static FieldSelector Parse(string text) =>
        TryParse(text, out FieldSelector? selector, out string? error) ? selector : throw new FormatException(error);

    /// <summary>Applies a kind's rules for its field names, for example <c>name</c> to <c>metadata.name</c>, or "field label not supported: X".</summary>
    public bool TryTransform(Transform transform, [NotNullWhen(true)] out FieldSelector? selector, [NotNullWhen(false)] out string? error)
    {
        (selector, error) = (null, null);
        var terms = new List<FieldTerm>(_terms.Length);
        foreach (FieldTerm term in _terms)
        {
            (string field, string value, string? refused) = transform(term.Field, term.Value);
            if (refused is not null)
            {
                error = refused;
                return false;
            }

            if (field.Length > 0 || value.Length > 0)
                terms.Add(new FieldTerm(field, term.Negated, value));
        }

        selector = terms.Count == 0 ? Everything : new FieldSelector([.. terms]);
        return true;
    }

    public bool Matches(Func<string, string?> valueOf)
    {
        foreach (FieldTerm term in _terms)
        {
            if (string.Equals(valueOf(term.Field) ?? "", term.Value, StringComparison.Ordinal) == term.Negated)
                return false;
        }

        return true;
    }

    /// <summary>The value that a field must have, if a term says so; else null. For direct look-ups by name.</summary>
    public string? RequiresExactMatch(string field)
    {
        foreach (FieldTerm term in _terms)
        {
            if (!term.Negated && term.Field == field)
                return term.Value;
        }

        return null;
    }

    /// <summary>The canonical text, which parses to the same selector.</summary>
    public override string ToString() => string.Join(',', _terms);

    internal static string Escape(string value) => value.AsSpan().ContainsAny("\\,=")
        ? value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal)
        : value;

    private static List<string> SplitTerms(string text)
    {
        var terms = new List<string>();
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                terms.Add(text[start..i]);
                start = i + 1;
            }
        }

        terms.Add(text[start..]);
        return terms;
    }

    private static bool TrySplit(string term, out string field, out bool negated, out string value)
    {
        int equals = term.IndexOf('=', StringComparison.Ordinal);
        negated = equals > 0 && term[equals - 1] == '!';
        if (equals < 0)
        {
            (field, value) = ("", "");
            return false;
        }

        field = term[..(negated ? equals - 1 : equals)];
        int skip = !negated && equals + 1 < term.Length && term[equals + 1] == '=' ? 2 : 1;
        value = term[(equals + skip)..];
        return true;
    }

    private static bool TryUnescape(string text, [NotNullWhen(true)] out string? plain, [NotNullWhen(false)] out string? error)
    {
        (plain, error) = (text, null);
        if (!text.AsSpan().ContainsAny("\\,="))
            return true;
        plain = null;
        var unescaped = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (character == '\\')
            {
                string sequence = i + 1 < text.Length ? text[(i + 1)..][..(char.IsHighSurrogate(text[i + 1]) && i + 2 < text.Length ? 2 : 1)] : "";
                if (sequence is not ("\\" or "," or "="))
                {
                    error = $"invalid field selector: invalid escape sequence: \\{sequence}";
                    return false;
                }

                character = text[++i];
            }
            else if (character is ',' or '=')
            {
                error = $"invalid field selector: unescaped character in value: {(int)character}";
                return false;
            }

            unescaped.Append(character);
        }

        plain = unescaped.ToString();
        return true;
    }
}
