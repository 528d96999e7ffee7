// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Pelago.Daemon.Running;

/// <summary>Where every role of the daemon logs to: lines on its output.</summary>
internal static class DaemonLogging
{
    public static ILoggerFactory Create() => LoggerFactory.Create(builder => builder
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        })
        .AddFilter("Microsoft", LogLevel.Warning)

        // It logs the URL of what it forwards, and in the URL of an exec stands the command.
        .AddFilter("Yarp", LogLevel.None)
        .SetMinimumLevel(LogLevel.Information));
}
