// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Hub.Page.Installing;

/// <summary>A change of an installation as a page asks for it.</summary>
internal sealed record InstallRequest(InstallOperation Operation, string Namespace, string Name)
{
    private const int MaxClusters = 500;
    private const int MaxName = 50;

    /// <summary>Where it is installed. Of what is there already only the one that has the Installation counts.</summary>
    public required IReadOnlyList<string> Clusters { get; init; }

    public string Package { get; init; } = "";

    /// <summary>Empty: the newest.</summary>
    public string Version { get; init; } = "";

    /// <summary>What was chosen, without the package's defaults.</summary>
    public JsonObject Options { get; init; } = [];

    /// <summary>The revision to go back to; 0: the one before.</summary>
    public long Revision { get; init; }

    /// <summary>Only say what would change.</summary>
    public bool IsTrial { get; init; }

    /// <summary>The answer that was reviewed: what would be done now must be the same. Empty: it does not matter.</summary>
    public string Reviewed { get; init; } = "";

    public static InstallRequest Read(JsonObject body)
    {
        string name = body.String("name") ?? "", ns = body.String("namespace") ?? "";
        CheckNames(name, ns);
        string[] clusters = [.. (body.Array("clusters") ?? []).Select(item => item?.ToString() ?? "").Distinct()];
        if (clusters.Length is 0 or > MaxClusters)
            throw Refused($"clusters: must name between 1 and {MaxClusters} of them");
        return new InstallRequest(OperationOf(body.String("operation")), ns, name)
        {
            Clusters = clusters, Package = body.String("package") ?? "", Version = body.String("version") ?? "", Options = body.Object("options") ?? [],
            Revision = body.Integer("revision") ?? 0, IsTrial = body.Boolean("dryRun") ?? false, Reviewed = body.String("reviewed") ?? "",
        };
    }

    public static void CheckNames(string name, string ns)
    {
        if (name.Length > MaxName || NameRules.Dns1035Label(name).Count > 0)
            throw Refused($"name \"{name}\": must be small letters, digits and dashes, begin with a letter, and have at most {MaxName} characters");
        if (NameRules.Dns1123Label(ns).Count > 0)
            throw Refused($"namespace \"{ns}\": must be small letters, digits and dashes");
    }

    private static InstallOperation OperationOf(string? word) => word switch
    {
        "install" => InstallOperation.Install,
        "upgrade" => InstallOperation.Upgrade,
        "rollback" => InstallOperation.Rollback,
        _ => throw Refused("operation: must be install, upgrade or rollback"),
    };

    private static ApiStatusException Refused(string message) => new(ApiStatus.BadRequest(message));
}
