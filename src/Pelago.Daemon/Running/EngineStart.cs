// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using Microsoft.Extensions.Logging;
using Pelago.Client.Local;
using Pelago.Daemon.State;
using Pelago.Engine;
using Pelago.Store;

namespace Pelago.Daemon.Running;

/// <summary>Starts a cluster's engine where its settings say, or near by when that was not anybody's wish.</summary>
internal static class EngineStart
{
    /// <summary>The engine, and the settings that it runs with.</summary>
    /// <param name="ports">Those of all clusters that start together.</param>
    public static async Task<(EngineHost Engine, ClusterSettings Settings)> RunAsync(
        PelagoHome home, ClusterSettings settings, RunOptions options, PickedPorts ports, ApiExtension? history, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            return (await EngineHost.StartAsync(Options(home, settings, options, history), logging, time, cancel), settings);
        }
        catch (StoreUnavailableException e) when (e.IsDamaged)
        {
            throw new DaemonException($"{e.Message}, then {LostState.RemedyOfDamage(home, home.ClusterStateFile(settings.Name))}");
        }
        catch (IOException) when (options.Port is not > 0 && !LoopbackPorts.IsFree(settings.Port))
        {
            // Somebody took the port between its choice and now: another daemon that starts at this moment, most likely.
            ClusterSettings moved = settings with { Port = ports.Pick() };
            return (await EngineHost.StartAsync(Options(home, moved, options, history), logging, time, cancel), moved);
        }
    }

    private static EngineOptions Options(PelagoHome home, ClusterSettings settings, RunOptions options, ApiExtension? history) => new()
    {
        Name = settings.Name,
        StateDirectory = home.ClusterDirectory(settings.Name),
        Port = settings.Port,
        ServiceCidr = IPNetwork.Parse(AddressSlots.ServiceCidr(settings.Slot, Environment.IsPrivilegedProcess)),
        Durability = options.FastDurability ? EngineDurability.Fast : EngineDurability.Full,
        Extensions = history is null ? [] : [history],
    };
}
