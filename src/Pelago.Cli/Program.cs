// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli;

return await CommandLine.RunAsync(args);
