// SPDX-License-Identifier: Apache-2.0

using Pelago.Daemon;

return await DaemonCommandLine.RunAsync(args);
