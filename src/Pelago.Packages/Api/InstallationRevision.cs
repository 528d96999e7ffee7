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

    /// <summary>
    /// What became of it: <c>Healthy</c> once it was, whatever came later; <c>RolledBack</c> or <c>Failed</c> where it was given up; else how far it was when
    /// another took its place. Empty: nothing yet, or an earlier program did not say.
    /// </summary>
    public string Phase { get; init; } = "";

    /// <summary>Whether it may be gone back to without being named: it was healthy, as far as anybody knows.</summary>
    public bool WasHealthy => Phase is "" or InstallationPhase.Healthy;

    public static InstallationRevision Read(JsonObject json) => new(
        json.Integer("revision") ?? 0, json.String("package") ?? "", json.String("version") ?? "", json.String("digest") ?? "", json.String("record") ?? "",
        json.String("cause") ?? "", json.String("at") ?? "")
    {
        Secrets = json.String("secrets") ?? "", Phase = json.String("phase") ?? "",
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["revision"] = Number, ["package"] = Package, ["version"] = Version, ["digest"] = Digest, ["record"] = Record, ["cause"] = Cause, ["at"] = At };
        if (Secrets.Length > 0)
            json["secrets"] = Secrets;
        if (Phase.Length > 0)
            json["phase"] = Phase;
        return json;
    }
}
