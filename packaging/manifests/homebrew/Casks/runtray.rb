cask "runtray" do
  arch arm: "aarch64", intel: "x64"

  version "@VERSION@"
  sha256 arm:   "@DMG_ARM_SHA256@",
         intel: "@DMG_INTEL_SHA256@"

  url "@HOMEPAGE@/releases/download/v#{version}/Runtray_#{version}_#{arch}.dmg"
  name "Runtray"
  desc "Runs code for the tools on your machine"
  homepage "@HOMEPAGE@"

  livecheck do
    url "@HOMEPAGE@/releases/latest"
    regex(%r{/releases/tag/v(\d+(?:\.\d+)+)}i)
    strategy :header_match
  end

  depends_on macos: ">= :big_sur"

  app "Runtray.app"
  binary "#{appdir}/Runtray.app/Contents/MacOS/runtray"

  zap trash: [
    "~/Library/Application Support/runtray",
    "~/Library/Caches/runtray",
    "~/Library/Caches/runtray-python",
    "~/Library/LaunchAgents/Runtray.plist",
  ]
end
