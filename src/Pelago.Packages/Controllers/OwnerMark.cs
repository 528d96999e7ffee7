// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;
using Pelago.Kube;
using Pelago.Packages.Api;

namespace Pelago.Packages.Controllers;

/// <summary>
/// Whose an installed object is: <c>NAMESPACE/NAME@HUB</c>, where the hub is known by the uid of its cluster's <c>kube-system</c>. Two hubs may install on one
/// cluster, and have an installation of the same name each. What carries <c>NAMESPACE/NAME</c> alone is of an earlier program, and is taken up.
/// </summary>
internal readonly struct OwnerMark(string ns, string name, string hub)
{
    private readonly string _plain = $"{ns}/{name}";

    public string Text => hub.Length > 0 ? $"{_plain}@{hub}" : _plain;

    /// <summary>By what a hub is known: it stays as long as its cluster does.</summary>
    /// <param name="home">The cluster that has its installations.</param>
    public static async Task<string> HubOfAsync(IKubeApi home, CancellationToken cancel)
    {
        ApiResult read = await home.GetAsync(new ResourcePath(PackagesApi.Namespaces, "", "kube-system"), cancel);
        return read.Error is { IsNotFound: true } ? "" : KubeObject.Parse(read.BodyOrThrow()).Uid;
    }

    /// <summary>Empty: it is nobody's.</summary>
    public static string Of(KubeObject live) => live.Annotations?.String(PackagesApi.OwnerAnnotation) ?? "";

    /// <summary>The installation that an object says it is of; null for none.</summary>
    public static ObjectKey? InstallationOf(KubeObject live)
    {
        string owner = Of(live);
        int at = owner.IndexOf('@', StringComparison.Ordinal), slash = owner.IndexOf('/', StringComparison.Ordinal);
        return slash < 1 ? null : new ObjectKey(owner[..slash], owner[(slash + 1)..(at < 0 ? owner.Length : at)]);
    }

    public bool IsOn(KubeObject live) => Of(live) is { Length: > 0 } owner && (owner == Text || owner == _plain);

    /// <summary>Another owner in words.</summary>
    public string Describe(string owner)
    {
        int at = owner.IndexOf('@', StringComparison.Ordinal);
        return at < 0 || owner[(at + 1)..] == hub ? $"the installation {(at < 0 ? owner : owner[..at])}" : $"the installation {owner[..at]} of another hub";
    }
}
