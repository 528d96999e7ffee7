// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Kube;

/// <summary>
/// The annotation by which a node says which ports of the host a pod got in the place of those that it declares: <c>80=20001,443=20002</c>.
/// </summary>
public static class AssignedPorts
{
    /// <summary>Its name.</summary>
    public const string Annotation = "ports.pelago.dev/assigned";

    /// <summary>The annotation's text; empty when every port is as declared. A port of number 0 was not declared and is left out.</summary>
    public static string Format(IEnumerable<KeyValuePair<int, int>> ports) => string.Join(
        ',', ports.Where(pair => pair.Key > 0 && pair.Key != pair.Value).OrderBy(pair => pair.Key).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));

    /// <summary>The port to reach a declared one at; the same when the text, which anybody may write, says nothing sensible of it.</summary>
    public static int Find(ReadOnlySpan<char> text, int declared)
    {
        foreach (Range part in text.Split(','))
        {
            ReadOnlySpan<char> pair = text[part];
            int equals = pair.IndexOf('=');
            if (equals > 0 && TryPort(pair[..equals], out int port) && port == declared && TryPort(pair[(equals + 1)..], out int assigned))
                return assigned;
        }
        return declared;
    }

    private static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536;
}
