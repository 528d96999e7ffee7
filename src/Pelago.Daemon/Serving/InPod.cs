// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Daemon.Running;

namespace Pelago.Daemon.Serving;

/// <summary>What the roles that are pods of a cluster have in common.</summary>
internal static class InPod
{
    public static string Version => typeof(InPod).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>An option that a manifest usually gives by a variable.</summary>
    public static Option<string?> Option(string name, string variable, string description, string? otherwise = null) => new(name)
    {
        Description = $"{description} (default: ${variable}{(otherwise is null ? "" : $", else {otherwise}")})", HelpName = "VALUE",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } told ? told : otherwise,
    };

    public static string Required(ParseResult parsed, Option<string?> option, string role) => parsed.GetValue(option) is { Length: > 0 } value
        ? value
        : throw new DaemonException($"pelagod {role} needs {option.Name}: {option.Description}");

    public static IPAddress Address(ParseResult parsed, Option<string?> option, string role) =>
        IPAddress.TryParse(Required(parsed, option, role), out IPAddress? address) ? address : throw new DaemonException($"{option.Name} {parsed.GetValue(option)}: is no IP address");

    public static int Port(ParseResult parsed, Option<string?> option, string role) =>
        int.TryParse(Required(parsed, option, role), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= IPEndPoint.MaxPort
            ? port
            : throw new DaemonException($"{option.Name} {parsed.GetValue(option)}: must be a port, from 1 to {IPEndPoint.MaxPort}");

    /// <summary>Starts the role against the cluster that this process is a pod of, and ends it with a signal.</summary>
    public static Task<int> RunAsync(Func<IKubeApi, ILoggerFactory, CancellationToken, Task<IAsyncDisposable>> start, CancellationToken cancel) =>
        RunAsync(
            InClusterConnection.Find(TimeProvider.System),
            async (api, logging, stop) =>
            {
                await using IAsyncDisposable role = await start(api, logging, stop);
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            },
            cancel);

    /// <summary>Runs the role against a cluster until a signal.</summary>
    public static async Task<int> RunAsync(ClusterConnection cluster, Func<IKubeApi, ILoggerFactory, CancellationToken, Task> role, CancellationToken cancel)
    {
        using ILoggerFactory logging = DaemonLogging.Create();
        var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, signals.Token);
        using var api = new HttpKubeApi(cluster, HttpKubeApiOptions.Default, TimeProvider.System);
        try
        {
            await role(api, logging, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A signal: the way a role ends.
        }
        return 0;
    }
}
