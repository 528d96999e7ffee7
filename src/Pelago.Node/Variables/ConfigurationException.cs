// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Variables;

/// <summary>What a container needs does not exist (yet): it waits with CreateContainerConfigError and this message.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
