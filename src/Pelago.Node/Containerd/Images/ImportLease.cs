// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Pelago.Node.Containerd.Protos.Leases;

namespace Pelago.Node.Containerd.Images;

/// <summary>
/// Holds what an import writes until its images have names. An import that fails lets go of the lease, and containerd removes what it had written so
/// far; what an import leaves that was killed goes at the next start of the node.
/// </summary>
internal sealed partial class ImportLease
{
    private const string Prefix = "pelago-import-";
    private const string Expiry = "containerd.io/gc.expire";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private readonly ContainerdClient _client;

    private ImportLease(ContainerdClient client, string id) => (_client, Id) = (client, id);

    public string Id { get; }

    /// <summary>For calls whose results the lease is to hold.</summary>
    public Metadata Headers => new() { { "containerd-namespace", "k8s.io" }, { "containerd-lease", Id } };

    public static async Task<ImportLease> TakeAsync(ContainerdClient client, TimeProvider time, CancellationToken cancel)
    {
        var lease = new ImportLease(client, Prefix + Guid.NewGuid().ToString("N"));
        string until = (time.GetUtcNow() + Longest).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await client.Leases.CreateAsync(new CreateRequest { Id = lease.Id, Labels = { [Expiry] = until } }, ContainerdClient.InCriNamespace, cancellationToken: cancel);
        return lease;
    }

    /// <summary>Lets go of it; with <paramref name="collect"/>, returns when what it held alone is gone.</summary>
    public async Task EndAsync(bool collect, ILogger log)
    {
        try
        {
            await _client.Leases.DeleteAsync(new DeleteRequest { Id = Id, Sync = collect }, ContainerdClient.InCriNamespace, cancellationToken: CancellationToken.None);
        }
        catch (RpcException fault)
        {
            Log.NotEnded(log, fault.Status.Detail);
        }
    }

    /// <summary>Lets go of what killed imports held.</summary>
    public static async Task EndAllAsync(ContainerdClient client, ILogger log, CancellationToken cancel)
    {
        ListResponse leases = await client.Leases.ListAsync(new ListRequest(), ContainerdClient.InCriNamespace, cancellationToken: cancel);
        foreach (Lease lease in leases.Leases.Where(lease => lease.Id.StartsWith(Prefix, StringComparison.Ordinal)))
            await new ImportLease(client, lease.Id).EndAsync(collect: false, log);
    }

    private static partial class Log
    {
        [LoggerMessage(4430, LogLevel.Warning, "What a failed import of an image has written could not be removed and goes within a day, or at the next start: {Why}")]
        public static partial void NotEnded(ILogger log, string why);
    }
}
