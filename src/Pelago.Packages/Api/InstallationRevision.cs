// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Api;

/// <summary>One state that an installation was given: every change of its spec makes one.</summary>
/// <param name="Record">The digest of the whole spec, which <see cref="Releases.RecordStore"/> keeps.</param>
public sealed record InstallationRevision(long Number, string Package, string Version, string Digest, string Record, string Cause, string At)
{
    public static InstallationRevision Read(JsonObject json) => new(
        json.Integer("revision") ?? 0, json.String("package") ?? "", json.String("version") ?? "", json.String("digest") ?? "", json.String("record") ?? "",
        json.String("cause") ?? "", json.String("at") ?? "");

    public JsonObject ToJson() => new()
    {
        ["revision"] = Number, ["package"] = Package, ["version"] = Version, ["digest"] = Digest, ["record"] = Record, ["cause"] = Cause, ["at"] = At,
    };
}
