// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Repositories;

/// <summary>How the attempts to fetch a repository went.</summary>
public sealed record RepositoryState
{
    public static readonly RepositoryState Never = new();

    /// <summary>When what is kept was last known to be the repository's; null when nothing was ever fetched.</summary>
    public DateTimeOffset? Fetched { get; init; }

    /// <summary>Why the last attempt failed; null when it did not. What is kept is stale then.</summary>
    public string? Fault { get; init; }

    /// <summary>The entity tag that the server gave, so that an unchanged repository is not sent again.</summary>
    public string? Tag { get; init; }

    /// <summary>Of a signed repository: it only grows.</summary>
    public long Serial { get; init; }

    /// <summary>Packages of the repository that were refused.</summary>
    public int Refused { get; init; }

    public bool IsStale => Fault is not null || Fetched is null;

    internal static RepositoryState Read(JsonObject json) => new()
    {
        Fetched = DateTimeOffset.TryParse(json.String("fetched"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset at) ? at : null,
        Fault = json.String("fault"), Tag = json.String("tag"), Serial = json.Integer("serial") ?? 0, Refused = (int)(json.Integer("refused") ?? 0),
    };

    internal JsonObject ToJson() => new()
    {
        ["fetched"] = Fetched?.ToString("O", CultureInfo.InvariantCulture), ["fault"] = Fault, ["tag"] = Tag, ["serial"] = Serial, ["refused"] = Refused,
    };
}
