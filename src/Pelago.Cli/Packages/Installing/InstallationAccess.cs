// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Releases;

namespace Pelago.Cli.Packages.Installing;

/// <summary>The clusters of a line, and the installations that one of them keeps. Disposing it closes the connections.</summary>
internal sealed class InstallationAccess(HttpKubeApi keeper, IReadOnlyList<HttpKubeApi> clusters, string ns) : IDisposable
{
    public IReadOnlyList<HttpKubeApi> Clusters => clusters;

    /// <summary>The cluster that has the installations.</summary>
    public HttpKubeApi Home => keeper;

    public string Namespace => ns;

    public RecordStore Records { get; } = new(keeper, TimeProvider.System);

    public SecretRecords Secrets => new(Records);

    public InstallationWrites Writes => new(Home, Records);

    /// <summary>The clusters by name; none where it is the one that has the installations.</summary>
    public IReadOnlyList<ClusterTarget> Targets() => clusters is [var only] && ReferenceEquals(only, keeper) ? [] : [.. clusters.Select(cluster => new ClusterTarget(cluster.Cluster, []))];

    public async Task<Installation?> FindAsync(string name, CancellationToken cancel)
    {
        ApiResult read = await AskAsync(Home, Home.GetAsync(new ResourcePath(PackagesApi.Installations, ns, name), cancel));
        // An object that is not there is named; a kind that is not served is not.
        if (read.Error is { IsNotFound: true, Name: null })
            throw NotServed(Home);
        if (read.Error is { IsNotFound: true })
            return null;
        return new Installation(KubeObject.Parse(read.BodyOrThrow()));
    }

    public async Task<Installation> GetAsync(string name, CancellationToken cancel)
    {
        if (await FindAsync(name, cancel) is { } found)
            return found;
        IReadOnlyList<Installation> all = await ListAsync(Home, ns, cancel);
        string near = Spelling.Nearest(name, all.Select(installation => installation.Name)) is { } guess ? $". Did you mean {guess}?" : "";
        throw new CliException($"nothing called {name} is installed in namespace {ns} of cluster {Home.Cluster}{near}", ExitCode.NothingMatched);
    }

    /// <summary>The same for whoever is to change it.</summary>
    public async Task<Installation> GetToChangeAsync(string name, CancellationToken cancel)
    {
        Installation found = await GetAsync(name, cancel);
        return found.IsDeleting ? throw Leaving(found) : found;
    }

    /// <summary>Its name is not free yet, and nothing of it can be changed any more.</summary>
    public static CliException Leaving(Installation leaving) => new(
        $"{leaving.Name} is being removed, and cannot be changed{(leaving.Message.Length > 0 ? $" ({PlainText.Of(leaving.Message)})" : "")}; install it anew when it is gone. {WaitWords.Look(leaving)}. Where it waits for a cluster that will not come back, {WaitWords.WayOut(leaving, "CLUSTER")}");

    /// <summary>The clusters of an installation, for people.</summary>
    public string Places(InstallationSpec spec) => string.Join(", ", spec.ClusterNames(Home.Cluster));

    public static async Task<IReadOnlyList<Installation>> ListAsync(HttpKubeApi cluster, string ns, CancellationToken cancel)
    {
        ApiResult list = await AskAsync(cluster, cluster.ListAsync(new ResourcePath(PackagesApi.Installations, ns), ListQuery.Everything, cancel));
        if (list.Error is { IsNotFound: true })
            throw NotServed(cluster);
        return [.. (KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(json => new Installation(new KubeObject(json)))];
    }

    /// <summary>What a change of an installation starts from, with its secret options; where those are lost, as in a copy from elsewhere, without them, which is said.</summary>
    public async Task<InstallationSpec> SpecAsync(Installation present, CancellationToken cancel)
    {
        (InstallationSpec spec, string lost) = await Secrets.OpenToChangeAsync(present, cancel);
        if (lost.Length > 0)
            Console.Error.WriteLine($"pelago: the secret options of {present.Name} are not there, and have to be given again with --set-file: {PlainText.Of(lost)}");
        return spec;
    }

    public async Task<Release?> ReleaseAsync(string digest, CancellationToken cancel)
    {
        try
        {
            return digest.Length == 0 ? null : Release.Read(await Records.ReadAsync(ns, digest, cancel));
        }
        catch (ApiStatusException lost) when (lost.Status.Code is 400 or 404)
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (HttpKubeApi cluster in clusters.Append(keeper).Distinct())
            cluster.Dispose();
    }

    /// <summary>A cluster on this machine does not answer because its daemon does not run, as a rule.</summary>
    private static async Task<ApiResult> AskAsync(HttpKubeApi cluster, Task<ApiResult> answer)
    {
        try
        {
            return await answer;
        }
        catch (ClusterUnreachableException away) when (cluster.Connection.Server.IsLoopback)
        {
            throw new ClusterUnreachableException(away.Cluster, $"{away.Message}. Where it is one of this machine, '{Invocation.Program} up' starts it", away);
        }
    }

    private static CliException NotServed(HttpKubeApi cluster) =>
        new($"cluster {cluster.Cluster} does not serve installations: '{Invocation.Program} install --packages' brings that to a Kubernetes; a cluster of 'pelago up' has it some moments after its start");
}
