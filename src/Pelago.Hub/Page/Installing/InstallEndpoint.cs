// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Hub.Catalogs;
using Pelago.Hub.Fleet;
using Pelago.Hub.Page.Access;
using Pelago.Hub.Serving;
using Pelago.Kube;
using Pelago.Packages.Api;
using Pelago.Packages.Controllers;
using Pelago.Packages.Options;
using Pelago.Packages.Releases;
using Pelago.Packages.Repositories;

namespace Pelago.Hub.Page.Installing;

/// <summary>
/// POST /api/installations: what an install, an upgrade or a rollback would change, and doing it: what <c>pelago package</c> does, as the session's user. The package
/// has to be rendered and packed, which is why the page does not write the objects itself. GET /api/installations/options: what a change of one starts from.
/// </summary>
internal sealed class InstallEndpoint(CatalogCache? catalogs)
{
    public const string Path = "/api/installations";
    private const string OptionsPath = $"{Path}/options";
    private const int LongestBody = 2 << 20;

    /// <summary>How long a review waits for a cluster; what is installed there does not depend on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task HandleAsync(HttpContext http, PageSession session)
    {
        string path = http.Request.Path.Value ?? "";
        if (path != Path && path != OptionsPath)
            throw new ApiStatusException(ApiStatus.NoSuchPath());
        if (!http.Request.Method.Equals(path == Path ? HttpMethods.Post : HttpMethods.Get, StringComparison.Ordinal))
            throw new ApiStatusException(ApiStatus.MethodNotAllowed());
        if (path == Path)
            await ChangeAsync(http, session);
        else
            await TellOptionsAsync(http, session);
    }

    private async Task ChangeAsync(HttpContext http, PageSession session)
    {
        InstallRequest request = InstallRequest.Read(await BodyJson.ReadAsync(http, LongestBody));
        CancellationToken cancel = http.RequestAborted;
        try
        {
            string keeper = Keeper(session, request.Clusters);
            var home = new InstallHome(Reach(session, keeper), keeper, request.Namespace);
            var planner = new InstallPlanner(home, () => (catalogs ?? throw new ApiStatusException(ApiStatus.NoSuchPath())).Current().Catalog);
            InstallPlan plan = await planner.PlanAsync(request, cancel);
            if (request.Reviewed.Length > 0 && request.Reviewed != plan.Digest)
                throw new ApiStatusException(new ApiStatus { Code = 409, Reason = StatusReason.Conflict, Message = $"{request.Name} is not as it was when this was reviewed: look at the changes again" });
            JsonArray clusters = await ClustersAsync(session, home, request, plan, cancel);
            if (!request.IsTrial)
                await home.WriteAsync(request.Name, plan, cancel);
            await HubAnswers.WriteAsync(http, Document(plan, keeper, clusters, await planner.MissingAsync(plan.Package, cancel)));
        }
        catch (Exception fault) when (fault is RepositoryException or IOException or JsonException)
        {
            throw new ApiStatusException(ApiStatus.Internal(fault.Message));
        }
    }

    /// <summary>
    /// The version and the options that are in force; of those that are secret only which have a value. It takes the same right as changing them: to get Secrets of the
    /// namespace.
    /// </summary>
    private static async Task TellOptionsAsync(HttpContext http, PageSession session)
    {
        IQueryCollection query = http.Request.Query;
        string cluster = query["cluster"].ToString(), ns = query["namespace"].ToString(), name = query["name"].ToString();
        InstallRequest.CheckNames(name, ns);
        string keeper = Keeper(session, [cluster]);
        var home = new InstallHome(Reach(session, keeper), keeper, ns);
        Installation present = await home.FindAsync(name, http.RequestAborted)
            ?? throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"nothing called {name} is installed in namespace {ns} of cluster {keeper}" });
        (InstallationSpec spec, string lost) = await home.SpecAsync(present, http.RequestAborted);
        (JsonObject shown, JsonObject secret) = SecretOptions.Split(null, spec.Options, spec.SecretPaths);
        await HubAnswers.WriteAsync(http, new JsonObject
        {
            ["version"] = spec.Version, ["options"] = shown,
            ["secrets"] = new JsonArray([.. SecretOptions.PathsOf(secret).Select(path => (JsonNode)new JsonArray([.. path.Select(part => (JsonNode)part)]))]), ["lost"] = lost,
        });
    }

    /// <summary>
    /// The cluster that has the Installation: the first one named, or one of the home's own where one of the fleet is among them, for only there all are known
    /// (docs/design/installing.md).
    /// </summary>
    private static string Keeper(PageSession session, IReadOnlyList<string> clusters)
    {
        IReadOnlyList<FleetMember> members = session.Members;
        bool isOurs = clusters.All(name => members.FirstOrDefault(member => member.Name == name) is not { Source: ClusterSource.Fleet });
        return isOurs ? clusters[0] : members.FirstOrDefault(member => member.Source == ClusterSource.Home)?.Name ?? clusters[0];
    }

    private static HttpKubeApi Reach(PageSession session, string cluster) =>
        session.ApiOf(cluster) ?? throw new ApiStatusException(new ApiStatus { Code = 404, Reason = StatusReason.NotFound, Message = $"this session has no cluster \"{cluster}\"" });

    private static JsonObject Document(InstallPlan plan, string keeper, JsonArray clusters, IReadOnlyList<string> missing) => new()
    {
        ["package"] = plan.Spec.Package, ["version"] = plan.Spec.Version, ["from"] = plan.Present?.VersionInForce, ["cause"] = plan.Cause, ["options"] = SecretOptions.Split(plan.Package.Config, plan.Spec.Options, plan.Spec.SecretPaths).Open,
        ["reviewed"] = plan.Digest, ["keeper"] = keeper, ["lost"] = plan.Lost, ["needs"] = new JsonArray([.. plan.Needed.Select(need => (JsonNode)$"{need.Package.Name} {need.Package.Version}: {need.Why}")]),
        ["missing"] = new JsonArray([.. missing.Select(text => (JsonNode)text)]),
        ["same"] = plan.IsSame, ["clusters"] = clusters,
    };

    /// <summary>What would change on each cluster; one that cannot be asked says so, and keeps nobody from the others.</summary>
    private static async Task<JsonArray> ClustersAsync(PageSession session, InstallHome home, InstallRequest request, InstallPlan plan, CancellationToken cancel)
    {
        var looks = new List<Task<JsonObject>>();
        foreach (string cluster in plan.Spec.ClusterNames(home.Cluster))
        {
            (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(plan.Package, plan.Spec.OptionsFor(cluster), request.Namespace, request.Name, plan.Spec.SecretPaths);
            if (release is null)
                throw Invalid(string.Join('\n', faults));
            // A cluster alone may call itself otherwise than the fleet does.
            ClusterState? state = plan.Spec.Clusters.Count == 0 ? plan.Present?.Clusters.Values.FirstOrDefault() : plan.Present?.Clusters.GetValueOrDefault(cluster);
            Release? before = state is null ? null : await home.ReleaseAsync(state.Release, cancel);
            // What is being applied and was never healthy is no version to come from.
            Release? healthy = state is null || state.HealthyRelease == state.Release ? before : await home.ReleaseAsync(state.HealthyRelease, cancel);
            if (healthy is not null && VersionRules.Refusal(healthy.Fields, plan.Package.Package) is { } refusal)
                throw Invalid(refusal);
            if (request.IsTrial)
                looks.Add(LookAsync(session, cluster, request.Namespace, before, release, cancel));
        }
        return new JsonArray([.. await Task.WhenAll(looks)]);
    }

    private static async Task<JsonObject> LookAsync(PageSession session, string cluster, string ns, Release? before, Release after, CancellationToken cancel)
    {
        var changes = new JsonArray();
        var json = new JsonObject { ["name"] = cluster, ["changes"] = changes, ["notes"] = new JsonArray([.. after.Notes.Select(note => (JsonNode)note)]) };
        if (session.ApiOf(cluster) is not { } api)
        {
            json["fault"] = "it was not looked at: this session has no such cluster";
            return json;
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            foreach (ObjectChange change in await new ReleaseDiff(api, ns).CompareAsync(before, after, patience.Token))
            {
                changes.Add((JsonNode)new JsonObject
                {
                    ["sign"] = change.Sign.ToString(), ["kind"] = change.Kind, ["name"] = change.Name, ["fields"] = new JsonArray([.. change.Fields.Select(field => (JsonNode)field)]),
                });
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            json["fault"] = $"it did not answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception away) when (away is ClusterUnreachableException or ApiStatusException)
        {
            json["fault"] = away.Message;
        }
        return json;
    }

    private static ApiStatusException Invalid(string message) => new(new ApiStatus { Code = 422, Reason = StatusReason.Invalid, Message = message });
}
