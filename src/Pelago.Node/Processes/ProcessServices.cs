// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Node.Capabilities;
using Pelago.Node.Logs;
using Pelago.Node.Native;

namespace Pelago.Node.Processes;

/// <summary>What all containers of one process runtime share.</summary>
internal sealed record ProcessServices(
    ProcessRuntimeOptions Options, EventLoop Loop, LogSignals Signals, HostTools Tools, ControlGroups? Groups, TimeProvider Time, ILogger Log)
{
    private const int LogsOpenAtOnce = 64;

    public OpenLogs Logs { get; } = new(LogsOpenAtOnce);
}
