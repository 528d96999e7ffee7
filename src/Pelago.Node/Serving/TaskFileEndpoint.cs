// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Pelago.Kube;
using Pelago.Kube.Lines;
using Pelago.Node.Files;
using Pelago.Node.Native;

namespace Pelago.Node.Serving;

/// <summary>
/// /taskFiles/NAMESPACE/POD/CONTAINER/{read,find,du}?path=P: the files of a container, where whole trees are looked through here, so that only what was
/// asked for travels.
/// </summary>
internal sealed class TaskFileEndpoint(IContainerPlaces places, TimeProvider time)
{
    public async Task ReadAsync(HttpContext http)
    {
        string asked = http.Request.Query["path"].ToString();
        (BeneathPath found, _) = await FileEndpoint.FindAsync(places, http, asked);
        using BeneathPath held = found;
        await FileEndpoint.SendAsync(http, FileEndpoint.FileOf(found, asked).Path);
    }

    public Task FindAsync(HttpContext http)
    {
        IQueryCollection query = http.Request.Query;
        FindQuery wanted = Parse(query);
        return WalkAsync(http, wanted.Depth, (found, steps) => found.FindAsync(steps, wanted, http.RequestAborted));
    }

    public Task UsageAsync(HttpContext http)
    {
        int depth = (int)Math.Min(http.Request.Query.Number("depth", least: 0) ?? int.MaxValue, int.MaxValue);
        return WalkAsync(http, int.MaxValue, (found, steps) => found.AddUpAsync(steps, depth, http.RequestAborted));
    }

    private async Task WalkAsync(HttpContext http, int depth, Func<FoundFiles, IEnumerable<WalkStep>, Task> write)
    {
        string asked = http.Request.Query["path"].ToString();
        (BeneathPath found, ContainerRoot root) = await FileEndpoint.FindAsync(places, http, asked);
        using BeneathPath held = found;
        http.Response.ContentType = "application/jsonlines";
        var walk = new FileWalk(time);
        using var lines = new FoundFiles(http.Response.Body);
        await write(lines, walk.Below(found, depth, root.IsFileSystem && asked.Trim('/', '.').Length == 0));
        await lines.EndAsync(walk, http.RequestAborted);
    }

    private static FindQuery Parse(IQueryCollection query)
    {
        Glob? name = null;
        try
        {
            name = query["name"].ToString() is { Length: > 0 } pattern ? new Glob(pattern) : null;
        }
        catch (ArgumentException bad)
        {
            throw new ApiStatusException(ApiStatus.BadRequest($"name: {bad.Message}"));
        }
        return new FindQuery
        {
            Name = name, Types = query["type"].ToString(), Smallest = query.Number("smallest", least: 0) ?? 0, Biggest = query.Number("biggest", least: 0) ?? long.MaxValue,
            NewerThan = query.Time("newerThan"), Depth = (int)Math.Min(query.Number("depth", least: 0) ?? int.MaxValue, int.MaxValue),
        };
    }
}
