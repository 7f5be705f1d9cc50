// Seconds as people read them.

export function clock(seconds, digits = 1) {
  const sign = seconds < 0 ? "−" : "";
  const unit = 10 ** digits;
  const ticks = Math.round(Math.abs(seconds) * unit);
  const whole = Math.floor(ticks / unit);
  const rest = digits ? `.${String(ticks % unit).padStart(digits, "0")}` : "";
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const head = hours ? `${hours}:${two(minutes)}` : String(minutes);
  return `${sign}${head}:${two(whole % 60)}${rest}`;
}

export const lasting = (seconds) => `${seconds.toFixed(seconds < 10 ? 3 : 1)} s`;
