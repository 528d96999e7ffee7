// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Pelago.Engine.Authentication;

/// <summary>How a ServiceAccount appears as a user (apiserver pkg/authentication/serviceaccount/util.go).</summary>
internal static class ServiceAccountNames
{
    public const string AllGroup = "system:serviceaccounts";
    private const string Prefix = "system:serviceaccount:";

    public static string User(string ns, string name) => $"{Prefix}{ns}:{name}";

    public static IReadOnlyList<string> Groups(string ns) => [AllGroup, $"{AllGroup}:{ns}"];

    public static bool TrySplit(string user, [NotNullWhen(true)] out string? ns, [NotNullWhen(true)] out string? name)
    {
        ns = name = null;
        if (!user.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        string[] parts = user[Prefix.Length..].Split(':');
        if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
            return false;
        (ns, name) = (parts[0], parts[1]);
        return true;
    }
}
