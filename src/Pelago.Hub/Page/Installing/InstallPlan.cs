// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Packages.Api;
using Pelago.Packages.Dependencies;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;

namespace Pelago.Hub.Page.Installing;

/// <summary>What a request comes to: the spec that the installation gets, with all its options, and the package that it names.</summary>
/// <param name="Present">What is installed; null before the first time.</param>
/// <param name="Cause">In words why, for the history.</param>
internal sealed record InstallPlan(InstallationSpec Spec, PackageRevision Package, Installation? Present, string Cause)
{
    /// <summary>The spec of before, with all its options; null before the first time.</summary>
    public InstallationSpec? Before { get; init; }

    /// <summary>Whether it asks for what is asked for already.</summary>
    public bool IsSame => Before is { } before && RecordStore.DigestOf(Spec.ToJson()) == RecordStore.DigestOf(before.ToJson());

    /// <summary>Why its secret options of before are not to be had, and those of the request are all; empty where they are.</summary>
    public string Lost { get; init; } = "";

    /// <summary>What is installed before it because it needs that.</summary>
    public IReadOnlyList<NeededPackage> Needed { get; init; } = [];

    /// <summary>Known by: another spec, or another state from which it starts, is another plan.</summary>
    public string Digest { get; } = RecordStore.DigestOf(new JsonObject
    {
        ["spec"] = Spec.ToJson(), ["generation"] = Present?.Object.Generation.ToString(CultureInfo.InvariantCulture), ["uid"] = Present?.Object.Uid,
    });
}
