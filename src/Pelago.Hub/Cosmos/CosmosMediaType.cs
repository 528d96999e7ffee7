// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Hub.Cosmos;

/// <summary>
/// What Cosmos negotiates by: <c>application/vnd.dcos.package.search-response+json;charset=utf-8;version=v1</c>. The version is a parameter, and a client
/// that can read several names them all, with <c>q</c> for what it likes best.
/// </summary>
/// <param name="Kind">What stands between <c>application/vnd.dcos.</c> and <c>+json</c>.</param>
internal sealed record CosmosMediaType(string Kind, int Version)
{
    private const string Start = "application/vnd.dcos.", End = "+json";
    private const int MaxLength = 4096;

    public override string ToString() => $"{Start}{Kind}{End};charset=utf-8;version=v{Version}";

    /// <summary>Whether a Content-Type is this one: what parameters it has must be right, and it may leave them out.</summary>
    public bool IsIn(string contentType) => Fits(Parts(contentType));

    /// <summary>Of what is offered what an Accept header likes best; null when it takes none of it.</summary>
    public static CosmosMediaType? Choose(string accept, IReadOnlyList<CosmosMediaType> offered)
    {
        if (accept.Length > MaxLength)
            return null;
        return accept.Split(',').Select(Parts).Where(parts => Quality(parts) > 0)
            .OrderByDescending(Quality)
            .SelectMany(parts => offered.OrderByDescending(one => one.Version).Where(one => one.Fits(parts)))
            .FirstOrDefault();
    }

    private bool Fits(string[] parts) => parts[0].Equals($"{Start}{Kind}{End}", StringComparison.OrdinalIgnoreCase) && parts.Skip(1).All(Fits);

    private bool Fits(string parameter)
    {
        int sign = parameter.IndexOf('=', StringComparison.Ordinal);
        string value = sign < 0 ? "" : parameter[(sign + 1)..].Trim().Trim('"');
        return (sign < 0 ? parameter : parameter[..sign].TrimEnd()).ToLowerInvariant() switch
        {
            "charset" => value.Equals("utf-8", StringComparison.OrdinalIgnoreCase),
            "version" => value == $"v{Version}",
            _ => true,
        };
    }

    private static string[] Parts(string text) => text.Split(';', StringSplitOptions.TrimEntries);

    private static double Quality(string[] parts)
    {
        string? q = Array.Find(parts, part => part.StartsWith("q=", StringComparison.OrdinalIgnoreCase));
        return q is not null && double.TryParse(q[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double quality) ? quality : 1;
    }
}
