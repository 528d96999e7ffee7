// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Api;

/// <summary>One state that an installation was given: every change of its spec makes one.</summary>
/// <param name="Record">The digest of the whole spec, which <see cref="Releases.RecordStore"/> keeps.</param>
public sealed record InstallationRevision(long Number, string Package, string Version, string Digest, string Record, string Cause, string At)
{
    /// <summary>The digest of its secret options; empty for none.</summary>
    public string Secrets { get; init; } = "";

    public static InstallationRevision Read(JsonObject json) => new(
        json.Integer("revision") ?? 0, json.String("package") ?? "", json.String("version") ?? "", json.String("digest") ?? "", json.String("record") ?? "",
        json.String("cause") ?? "", json.String("at") ?? "")
    {
        Secrets = json.String("secrets") ?? "",
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["revision"] = Number, ["package"] = Package, ["version"] = Version, ["digest"] = Digest, ["record"] = Record, ["cause"] = Cause, ["at"] = At };
        if (Secrets.Length > 0)
            json["secrets"] = Secrets;
        return json;
    }
}
