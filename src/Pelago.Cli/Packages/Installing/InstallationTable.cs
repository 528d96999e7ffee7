// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Packages.Api;

namespace Pelago.Cli.Packages.Installing;

/// <summary>Installations, as a line each or as JSON.</summary>
internal static class InstallationTable
{
    /// <param name="withMessages">Whether a table has what each says of itself.</param>
    public static void Print(IReadOnlyList<(string Cluster, Installation Installation)> found, string form, bool withMessages = true)
    {
        switch (form)
        {
            case "json":
                Console.Out.WriteLine(new JsonObject { ["installations"] = new JsonArray([.. found.Select(one => (JsonNode)Json(one.Cluster, one.Installation))]) }.ToJsonString());
                return;
            case "name":
                foreach ((_, Installation installation) in found)
                    Console.Out.WriteLine(installation.Name);
                return;
        }

        bool several = found.Select(one => one.Cluster).Distinct().Count() > 1, spaces = found.Select(one => one.Installation.Namespace).Distinct().Count() > 1;
        var table = new TextTable([.. several ? (string[])["CLUSTER"] : [], .. spaces ? (string[])["NAMESPACE"] : [], "NAME", "PACKAGE", "VERSION", "REVISION", "READY", "PHASE", .. withMessages ? (string[])["MESSAGE"] : []]);
        foreach ((string cluster, Installation one) in found)
        {
            table.Add([
                .. several ? (string[])[cluster] : [], .. spaces ? (string[])[one.Namespace] : [], one.Name, PlainText.Of(one.Spec.Package), PlainText.Of(one.VersionInForce), $"{one.Revision}",
                one.Ready.Length > 0 ? one.Ready : "-", one.Phase, .. withMessages ? (string[])[one.Message.Length > 0 ? PlainText.Of(one.Message) : "-"] : [],
            ]);
        }

        table.WriteTo(Console.Out);
    }

    public static JsonObject Json(string cluster, Installation one) => new()
    {
        ["cluster"] = cluster, ["namespace"] = one.Namespace, ["name"] = one.Name, ["package"] = one.Spec.Package, ["version"] = one.Spec.Version, ["versionInForce"] = one.VersionInForce, ["revision"] = one.Revision,
        ["ready"] = one.Ready, ["phase"] = one.Phase, ["message"] = one.Message, ["options"] = one.Spec.Options.DeepClone(),
        ["clusters"] = new JsonObject(one.Clusters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create<string, JsonNode?>(
            pair.Key, new JsonObject { ["phase"] = pair.Value.Phase, ["revision"] = pair.Value.Revision, ["step"] = pair.Value.Step, ["message"] = pair.Value.Message }))),
    };
}
