// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Volumes;

/// <summary>A volume cannot be set up (now): the message goes into the FailedMount event and is tried again.</summary>
internal sealed class VolumeException(string message, Exception? inner = null) : Exception(message, inner);
