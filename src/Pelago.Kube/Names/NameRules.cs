// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Kube;

/// <summary>
/// What names may look like. Each rule returns the complaints of apimachinery pkg/util/validation, word for word, and none for a good name.
/// Lengths are counted in UTF-8 bytes, as upstream does.
/// </summary>
public static class NameRules
{
    public const int LabelMaxLength = 63;
    public const int SubdomainMaxLength = 253;

    private const string Dns1123LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string Dns1123SubdomainPattern = Dns1123LabelPattern + "(\\." + Dns1123LabelPattern + ")*";
    private const string QualifiedNamePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string MustBeQualified =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    private static readonly string QualifiedNameComplaint = Complaint(MustBeQualified, QualifiedNamePattern, "MyName", "my.name", "123-abc");

    /// <summary>A DNS-1123 label: namespaces, container names.</summary>
    public static IReadOnlyList<string> Dns1123Label(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > LabelMaxLength)
            complaints.Add(MaxLength(LabelMaxLength));
        if (!IsDnsLabel(value))
        {
            complaints.Add(IsSubdomain(value)
                ? "must not contain dots"
                : Complaint(
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
                    Dns1123LabelPattern, "my-name", "123-abc"));
        }

        return complaints.List;
    }

    /// <summary>A DNS-1123 subdomain: the name of most objects.</summary>
    public static IReadOnlyList<string> Dns1123Subdomain(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > SubdomainMaxLength)
            complaints.Add(MaxLength(SubdomainMaxLength));
        if (!IsSubdomain(value))
        {
            complaints.Add(Complaint(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
                Dns1123SubdomainPattern, "example.com"));
        }

        return complaints.List;
    }

    /// <summary>A DNS-1035 label: services; it may not start with a digit.</summary>
    public static IReadOnlyList<string> Dns1035Label(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > LabelMaxLength)
            complaints.Add(MaxLength(LabelMaxLength));
        if (!IsDnsLabel(value) || !char.IsAsciiLetterLower(value[0]))
        {
            complaints.Add(Complaint(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
                "[a-z]([-a-z0-9]*[a-z0-9])?", "my-name", "abc-123"));
        }

        return complaints.List;
    }

    /// <summary>A subdomain after <c>*.</c>: hosts of an Ingress.</summary>
    public static IReadOnlyList<string> WildcardDns1123Subdomain(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > SubdomainMaxLength)
            complaints.Add(MaxLength(SubdomainMaxLength));
        if (!value.StartsWith("*.", StringComparison.Ordinal) || !IsSubdomain(value.AsSpan(2)))
        {
            complaints.Add(Complaint(
                "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
                "\\*\\." + Dns1123SubdomainPattern, "*.example.com"));
        }

        return complaints.List;
    }

    /// <summary>Anything that can be one segment of a URL path: RBAC objects.</summary>
    public static IReadOnlyList<string> PathSegment(string value) =>
        value is "." or ".." ? [$"may not be '{value}'"] : PathSegmentPrefix(value);

    /// <summary>What a path segment may start with, for generateName. Control characters are our own complaint: they are in no path as people type it.</summary>
    public static IReadOnlyList<string> PathSegmentPrefix(string value)
    {
        var complaints = new Complaints();
        if (value.Contains('/', StringComparison.Ordinal))
            complaints.Add("may not contain '/'");
        if (value.Contains('%', StringComparison.Ordinal))
            complaints.Add("may not contain '%'");
        if (value.Any(char.IsControl))
            complaints.Add("may not contain control characters");
        return complaints.List;
    }

    /// <summary>A label or annotation key, a finalizer, a resource name: a name with an optional DNS prefix and a slash.</summary>
    public static IReadOnlyList<string> QualifiedName(string value)
    {
        var complaints = new Complaints();
        string[] parts = value.Split('/', 3);
        if (parts.Length == 3)
            return [$"a valid label key {QualifiedNameComplaint} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        if (parts.Length == 2 && parts[0].Length == 0)
            complaints.Add("prefix part must be non-empty");
        else if (parts.Length == 2)
            complaints.AddEach("prefix part ", Dns1123Subdomain(parts[0]));

        string name = parts[^1];
        if (name.Length == 0)
            complaints.Add("name part must be non-empty");
        else if (ByteCount(name) > LabelMaxLength)
            complaints.Add($"name part must be no more than {LabelMaxLength} bytes");
        if (!IsQualifiedPart(name))
            complaints.Add("name part " + QualifiedNameComplaint);
        return complaints.List;
    }

    public static IReadOnlyList<string> LabelValue(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > LabelMaxLength)
            complaints.Add($"must be no more than {LabelMaxLength} bytes");
        if (value.Length > 0 && !IsQualifiedPart(value))
            complaints.Add(Complaint("a valid label must be an empty string or " + MustBeQualified["must ".Length..], $"({QualifiedNamePattern})?", "MyValue", "my_value", "12345"));
        return complaints.List;
    }

    /// <summary>A name of an environment variable under the strict rule (envFrom keys before 1.30 and explicit names).</summary>
    public static IReadOnlyList<string> EnvVarName(string value)
    {
        var complaints = new Complaints();
        if (value.Length == 0 || char.IsAsciiDigit(value[0]) || !value.All(IsConfigKeyCharacter))
        {
            complaints.Add(Complaint(
                "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
                "[-._a-zA-Z][-._a-zA-Z0-9]*", "my.env-name", "MY_ENV.NAME", "MyEnvName1"));
        }

        complaints.AddEach("", ParentDirectory(value));
        return complaints.List;
    }

    /// <summary>The rule that API servers since 1.30 allow: printable ASCII without <c>=</c>.</summary>
    public static IReadOnlyList<string> RelaxedEnvVarName(string value)
    {
        if (value.Length == 0)
            return ["environment variable name must be non-empty"];
        return value.All(character => character is >= ' ' and < '\x7f' and not '=')
            ? []
            : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
    }

    /// <summary>A key of a ConfigMap or Secret.</summary>
    public static IReadOnlyList<string> ConfigMapKey(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > SubdomainMaxLength)
            complaints.Add(MaxLength(SubdomainMaxLength));
        if (value.Length == 0 || !value.All(IsConfigKeyCharacter))
        {
            complaints.Add(Complaint(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'", "[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name"));
        }

        complaints.AddEach("", ParentDirectory(value));
        return complaints.List;
    }

    /// <summary>A port name (IANA service name): at most 15 of a-z, 0-9 and single inner hyphens, with a letter.</summary>
    public static IReadOnlyList<string> PortName(string value)
    {
        var complaints = new Complaints();
        if (ByteCount(value) > 15)
            complaints.Add(MaxLength(15));
        if (value.Length == 0 || !value.All(character => IsLowerOrDigit(character) || character == '-'))
            complaints.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!value.Any(char.IsAsciiLetterLower))
            complaints.Add("must contain at least one letter (a-z)");
        if (value.Contains("--", StringComparison.Ordinal))
            complaints.Add("must not contain consecutive hyphens");
        if (value.StartsWith('-') || value.EndsWith('-'))
            complaints.Add("must not begin or end with a hyphen");
        return complaints.List;
    }

    public static IReadOnlyList<string> PortNumber(long value) => value is >= 1 and <= 65535 ? [] : ["must be between 1 and 65535, inclusive"];

    /// <summary>A generateName that ends in a dash is judged as if the suffix were there already (MaskTrailingDash upstream).</summary>
    public static string MaskTrailingDash(string prefix) => prefix.Length > 1 && prefix.EndsWith('-') ? prefix[..^2] + "a" : prefix;

    private static string MaxLength(int length) => $"must be no more than {length} characters";

    private static string Complaint(string message, string pattern, params ReadOnlySpan<string> examples)
    {
        var text = new StringBuilder(message).Append(" (e.g. ");
        for (int i = 0; i < examples.Length; i++)
            text.Append(i > 0 ? " or " : "").Append('\'').Append(examples[i]).Append("', ");
        return text.Append("regex used for validation is '").Append(pattern).Append("')").ToString();
    }

    private static IReadOnlyList<string> ParentDirectory(string value) => value switch
    {
        "." => ["must not be '.'"],
        ".." => ["must not be '..'"],
        _ => value.StartsWith("..", StringComparison.Ordinal) ? ["must not start with '..'"] : [],
    };

    private static bool IsSubdomain(ReadOnlySpan<char> value)
    {
        foreach (Range label in value.Split('.'))
        {
            if (!IsDnsLabel(value[label]))
                return false;
        }

        return true;
    }

    private static bool IsDnsLabel(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || !IsLowerOrDigit(value[0]) || !IsLowerOrDigit(value[^1]))
            return false;
        foreach (char character in value)
        {
            if (!IsLowerOrDigit(character) && character != '-')
                return false;
        }

        return true;
    }

    private static bool IsQualifiedPart(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || !char.IsAsciiLetterOrDigit(value[0]) || !char.IsAsciiLetterOrDigit(value[^1]))
            return false;
        foreach (char character in value)
        {
            if (!IsConfigKeyCharacter(character))
                return false;
        }

        return true;
    }

    private static bool IsLowerOrDigit(char character) => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character);

    private static bool IsConfigKeyCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';

    private static int ByteCount(string value) => Encoding.UTF8.GetByteCount(value);

    private struct Complaints
    {
        private List<string>? _list;

        public readonly IReadOnlyList<string> List => _list ?? (IReadOnlyList<string>)[];

        public void Add(string complaint) => (_list ??= []).Add(complaint);

        public void AddEach(string prefix, IReadOnlyList<string> complaints)
        {
            foreach (string complaint in complaints)
                Add(prefix + complaint);
        }
    }
}
