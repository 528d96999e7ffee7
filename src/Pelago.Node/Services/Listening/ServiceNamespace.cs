// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube;
using Pelago.Node.Native;
using Pelago.Node.Networking;

namespace Pelago.Node.Services.Listening;

/// <summary>
/// A network namespace in which every service address of the cluster is local, plugged into the pod bridge. Only this process holds it: when the
/// process ends, however it ends, the kernel takes the namespace, its sockets and its end of the pair away. docs/adr/0005 says why.
/// </summary>
internal sealed class ServiceNamespace : IServiceNetwork
{
    private static readonly Cidr4 Everywhere = Cidr4.Parse("0.0.0.0/0");
    private readonly ServiceNetworkPlan _plan;
    private readonly BlockingCollection<Action> _work = [];
    private SafeFileHandle? _handle;
    private int _disposed;

    private ServiceNamespace(ServiceNetworkPlan plan) => _plan = plan;

    /// <summary>An IOException says what of it this machine does not allow.</summary>
    public static async Task<ServiceNamespace> CreateAsync(ServiceNetworkPlan plan)
    {
        var made = new ServiceNamespace(plan);
        try
        {
            await made.EnterAsync();
            made.Plug();
            await made.RunAsync(made.ConfigureInside);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    public Task<Socket> BindAsync(ProtocolType protocol, IPEndPoint address) => RunAsync(() => HostNetwork.Bind(protocol, address));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _work.CompleteAdding();
        if (_handle is null)
            return;
        _handle.Dispose();
        _plan.Bridge.Unplug(_plan.Services, PairName);
    }

    private string PairName => _plan.BridgeName + "-svc";

    private async Task EnterAsync()
    {
        var entered = new TaskCompletionSource<SafeFileHandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Live(entered)) { IsBackground = true, Name = "pelago-services" }.Start();
        _handle = await entered.Task;
    }

    /// <summary>The thread that is inside: a socket made there stays there, whichever thread uses it later.</summary>
    private void Live(TaskCompletionSource<SafeFileHandle> entered)
    {
        try
        {
            if (LibC.LeaveNamespaces(LibC.NewNetwork) < 0)
                throw Descriptors.Failure("make a network namespace for services");
            entered.SetResult(Descriptors.Open("/proc/thread-self/ns/net", LibC.ReadOnly));
        }
        catch (Exception fault)
        {
            entered.SetException(fault);
            return;
        }
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }

    private Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception fault)
                {
                    done.SetException(fault);
                }
            });
        }
        catch (InvalidOperationException)
        {
            done.SetException(new ObjectDisposedException(nameof(ServiceNamespace)));
        }
        return done.Task;
    }

    private void Plug() => _plan.Bridge.Plug(PairName, _handle!, _plan.Gateway, _plan.Services);

    private bool ConfigureInside()
    {
        const int LoopbackIndex = 1;
        using var routes = new RouteSocket();
        routes.SetUp(LoopbackIndex);
        routes.AddLocalRoute(_plan.Services, LoopbackIndex);
        int index = RouteSocket.IndexOf("eth0");
        // An address that no service gets: some kernels do not answer ARP on an interface that has none.
        routes.AddAddress(index, _plan.Services.AddressAt(0), 32);
        routes.SetUp(index);
        routes.AddRoute(_plan.Pods, null, index);
        routes.AddRoute(Everywhere, _plan.Gateway, index);
        return true;
    }
}

/// <summary>Which networks a <see cref="ServiceNamespace"/> joins. <paramref name="Gateway"/> is the host's address on the bridge.</summary>
internal sealed record ServiceNetworkPlan(string BridgeName, PodBridge Bridge, Cidr4 Services, Cidr4 Pods, IPAddress Gateway);
